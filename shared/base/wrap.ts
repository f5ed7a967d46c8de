/** A command goes on to a word that ends a sentence or a part of one, else to the end of the text. */
const words = /npm run cli -- (?:\S*[^\s.;,)] )*\S+|\S+/g;

/**
 * Words on lines of at most `width` columns, the first line after `first`, the others after `rest`. A word that is
 * longer stays whole, so that a digest or a path can be copied; so does a command.
 */
export const wrap = (text: string, width: number, first = '', rest = ' '.repeat(first.length)): string[] => {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.match(words) ?? []) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
};
