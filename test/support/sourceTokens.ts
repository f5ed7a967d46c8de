/** A word, a string, or any other single character of TypeScript source; comments are gone. */
export type Token = { readonly kind: 'word' | 'string' | 'mark'; readonly text: string; readonly line: number };

const wordChar = /[\p{L}\p{N}_$#]/u;
/** After these a `/` begins a regular expression although a word stands before it. */
const beforeRegex = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'new',
  'do',
  'else',
  'yield',
  'await',
]);

const endsOperand = (token: Token | undefined): boolean => {
  if (token === undefined) return false;
  if (token.kind === 'word') return !beforeRegex.has(token.text);
  return token.kind === 'string' || token.text === ')' || token.text === ']' || token.text === '}';
};

/** Index behind a quoted string's closing quote; throws where it never closes, since all that follows would be misread. */
const endOfQuoted = (source: string, from: number): number => {
  const quote = source[from];
  for (let at = from + 1; at < source.length && source[at] !== '\n'; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at + 1;
  }
  throw new Error(`a string that begins with ${source.slice(from, from + 30)} never ends`);
};

const endOfRegex = (source: string, from: number): number => {
  let inClass = false;
  for (let at = from + 1; at < source.length && source[at] !== '\n'; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    else if (source[at] === '/' && !inClass) return at + 1;
  }
  throw new Error(`a regular expression that begins with ${source.slice(from, from + 30)} never ends`);
};

/**
 * The tokens of TypeScript source, as far as finding imports and names needs them. Templates become a string without
 * text and the tokens of their `${}` parts. Throws where the source cannot be read to its end.
 */
export const tokensOf = (source: string): readonly Token[] => {
  const tokens: Token[] = [];
  // Depth of `{` inside each template whose `${` is open.
  const templates: number[] = [];
  let at = 0;
  let line = 1;
  const push = (kind: Token['kind'], text: string) => tokens.push({ kind, text, line });
  const skipTo = (end: number) => {
    for (; at < end; at += 1) if (source[at] === '\n') line += 1;
  };
  /** Reads template text from `at` to its end or its next `${`. */
  const template = () => {
    while (at < source.length) {
      const rest = source.slice(at, at + 2);
      if (rest[0] === '\\') skipTo(at + 2);
      else if (rest[0] === '`') {
        at += 1;
        return;
      } else if (rest === '${') {
        at += 2;
        templates.push(0);
        return;
      } else skipTo(at + 1);
    }
    throw new Error('a template never ends');
  };
  const brace = (char: string): boolean => {
    const depth = templates.at(-1);
    if (depth === undefined) return false;
    if (char === '}' && depth === 0) {
      templates.pop();
      at += 1;
      template();
      return true;
    }
    templates[templates.length - 1] = depth + (char === '{' ? 1 : -1);
    return false;
  };
  while (at < source.length) {
    const char = source[at] ?? '';
    const two = source.slice(at, at + 2);
    if (/\s/.test(char)) skipTo(at + 1);
    else if (two === '//' || (at === 0 && two === '#!')) {
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
    } else if (two === '/*') {
      const end = source.indexOf('*/', at + 2);
      if (end < 0) throw new Error('a comment never ends');
      skipTo(end + 2);
    } else if (char === "'" || char === '"') {
      const end = endOfQuoted(source, at);
      push('string', source.slice(at + 1, end - 1));
      skipTo(end);
    } else if (char === '`') {
      push('string', '');
      at += 1;
      template();
    } else if (char === '/' && !endsOperand(tokens.at(-1))) {
      push('string', '');
      at = endOfRegex(source, at);
    } else if (wordChar.test(char)) {
      let end = at;
      while (end < source.length && wordChar.test(source[end] ?? '')) end += 1;
      push('word', source.slice(at, end));
      at = end;
    } else if ((char === '{' || char === '}') && brace(char)) {
      // the rest of a template was read
    } else {
      push('mark', char);
      at += 1;
    }
  }
  return tokens;
};
