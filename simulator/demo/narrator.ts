import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Tells a person what happens, in lines of at most 80 columns; says nothing where JSON is asked for. */
export interface Narrator {
  /** A numbered heading; `person` marks what a human being would do. */
  chapter(title: string, person?: boolean): void;
  say(text: string): void;
  /** Smaller print: figures, reasons. */
  detail(text: string): void;
  good(text: string): void;
  bad(text: string): void;
  /** A notice, as it reached the people who subscribed to the topic. */
  told(title: string): void;
  /** A line as it is (a diff), coloured by its first sign. */
  raw(text: string): void;
}

const width = 78;

const played = '[a person; played here]';

/** Breaks at spaces; continuation lines are indented like the first. */
export const wrap = (text: string, indent: string): string[] => {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > width && line.trim() !== '') {
      lines.push(line);
      line = indent;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line];
};

export const makeNarrator = (write: (line: string) => void, colour: boolean): Narrator => {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text) : text);
  let chapter = 0;
  const print = (text: string, indent: string, style?: Style) => {
    for (const line of wrap(text, indent)) write(style === undefined ? line : paint(style, line));
  };
  const marked = (mark: string, style: Style, text: string) => {
    const [first = '', ...rest] = wrap(text, '       ');
    write(`     ${paint(style, mark)}${first.slice(6)}`);
    for (const line of rest) write(line);
  };
  return {
    chapter: (title, person = false) => {
      chapter += 1;
      const [first = '', ...rest] = wrap(title, '    ');
      const lines = [`${String(chapter).padStart(2)}. ${first.trimStart()}`, ...rest];
      const last = lines.pop() ?? '';
      write('');
      for (const line of lines) write(paint('bold', line));
      const fits = last.length + 2 + played.length <= width;
      write(paint('bold', last) + (person && fits ? `  ${paint('magenta', played)}` : ''));
      if (person && !fits) write(`    ${paint('magenta', played)}`);
    },
    say: (text) => print(text, '    '),
    detail: (text) => print(text, '      ', 'dim'),
    good: (text) => marked('✓', 'green', text),
    bad: (text) => marked('✗', 'red', text),
    told: (title) => marked('»', 'cyan', `told: ${title}`),
    raw: (text) =>
      write(
        text.trimStart().startsWith('+')
          ? paint('green', text)
          : text.trimStart().startsWith('-')
            ? paint('red', text)
            : text,
      ),
  };
};

export const silentNarrator: Narrator = {
  chapter: () => {},
  say: () => {},
  detail: () => {},
  good: () => {},
  bad: () => {},
  told: () => {},
  raw: () => {},
};

/** 3 min 40 s; 0.42 s; 12 ms. */
export const duration = (ms: number): string => {
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
};
