import { type Token, tokensOf } from './sourceTokens.ts';

/** One import of a file: what it names (null where it is worked out at run time), and whether only types come of it. */
export type Import = { readonly target: string | null; readonly typeOnly: boolean; readonly line: number };

const isWord = (token: Token | undefined, text: string): boolean => token?.kind === 'word' && token.text === text;
const isMark = (token: Token | undefined, text: string): boolean => token?.kind === 'mark' && token.text === text;

/** Index of the `import` or `export` a `from` belongs to. */
const headOf = (tokens: readonly Token[], from: number): number => {
  for (let at = from - 1; at >= 0; at -= 1) if (isWord(tokens[at], 'import') || isWord(tokens[at], 'export')) return at;
  return 0;
};

/** `import type ...`, `export type ...`, or braces whose every name is `type x` and nothing beside them. */
const isTypeOnly = (between: readonly Token[]): boolean => {
  const [first, second] = between;
  if (isWord(first, 'type') && second !== undefined && !isMark(second, ',')) return true;
  if (!isMark(first, '{') || !isMark(between.at(-1), '}')) return false;
  const names = between.slice(1, -1);
  const starts = names.filter((_, index) => index === 0 || isMark(names[index - 1], ','));
  return starts.length > 0 && starts.every((token) => isWord(token, 'type'));
};

/** Every import of a source: static, re-export, dynamic, `typeof import()`, and `require`. */
export const importsOf = (source: string): readonly Import[] => {
  const tokens = tokensOf(source);
  const found: Import[] = [];
  tokens.forEach((token, index) => {
    const [before, next, then, after] = [tokens[index - 1], tokens[index + 1], tokens[index + 2], tokens[index + 3]];
    const add = (target: string | null, typeOnly: boolean) => found.push({ target, typeOnly, line: token.line });
    if (isMark(before, '.')) return;
    if (isWord(token, 'from') && next?.kind === 'string') {
      add(next.text, isTypeOnly(tokens.slice(headOf(tokens, index) + 1, index)));
    } else if (isWord(token, 'import') && next?.kind === 'string') {
      add(next.text, false);
    } else if ((isWord(token, 'import') || isWord(token, 'require')) && isMark(next, '(')) {
      const plain = then?.kind === 'string' && then.text !== '' && (isMark(after, ')') || isMark(after, ','));
      add(plain ? then.text : null, isWord(before, 'typeof'));
    }
  });
  return found;
};
