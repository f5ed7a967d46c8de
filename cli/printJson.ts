import { isObject } from '../shared/base/canonical.ts';
import type { Io } from './command.ts';

/** Long enough that few pieces are written, short enough that none weighs. */
const pieceLength = 256 * 1024;

/** As JSON.stringify(value, null, 2) has it `indent` deep; a text never holds a line end of its own. */
const textAt = (value: unknown, indent: string): string =>
  (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${indent}`);

/** The same as a whole, in pieces: members and items one by one, `depth` objects down. */
function* piecesOf(value: unknown, indent: string, depth: number): Generator<string> {
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.length > 0) {
    for (const [index, item] of value.entries()) yield `${index === 0 ? '[' : ','}\n${inner}${textAt(item, inner)}`;
    yield `\n${indent}]`;
    return;
  }
  const members = isObject(value) ? Object.entries(value).filter(([, member]) => member !== undefined) : [];
  if (members.length === 0 || depth === 0) return yield textAt(value, indent);
  for (const [index, [name, member]] of members.entries()) {
    yield `${index === 0 ? '{' : ','}\n${inner}${JSON.stringify(name)}: `;
    yield* piecesOf(member, inner, depth - 1);
  }
  yield `\n${indent}}`;
}

/** Prints the very text of JSON.stringify(value, null, 2) and a line end: a plan of a huge table is 40 MB of it. */
export const printJson = (value: Readonly<Record<string, unknown>>, io: Pick<Io, 'out'>): void => {
  let text = '';
  for (const piece of piecesOf(value, '', 3)) {
    text += piece;
    if (text.length < pieceLength) continue;
    io.out(text);
    text = '';
  }
  io.out(`${text}\n`);
};
