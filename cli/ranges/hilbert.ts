import { type Prefix, prefixSize } from '../../shared/ranges/prefix.ts';

/** A box in a tile of side 1, x to the right, y down. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Quadrants in the curve's order, as (right, down), and the turn of the curve inside each: 0 as it is, 1 across the diagonal, 2 across the other. */
const quadrants: readonly (readonly [right: number, down: number, turn: number])[] = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 1, 0],
  [1, 0, 2],
];

/** The orientation as a map of the unit square: swap the axes, then turn both round. */
type Turn = { readonly swap: boolean; readonly flip: boolean };

const place = (right: number, down: number, { swap, flip }: Turn): [number, number] => {
  const [a, b] = swap ? [down, right] : [right, down];
  return flip ? [1 - a, 1 - b] : [a, b];
};

const turned = ({ swap, flip }: Turn, turn: number): Turn => {
  if (turn === 0) return { swap, flip };
  return { swap: !swap, flip: turn === 1 ? flip : !flip };
};

/**
 * Where a prefix lies on the Hilbert curve of the tile around it, whose prefix is shorter or the same: a square for an
 * even number of bits below the tile, else two squares side by side. Neighbours in address stay neighbours in the plane.
 */
export const boxOf = ({ start, length }: Prefix, tileLength: number): Box => {
  const bits = Math.max(0, length - tileLength);
  const offset = start - Math.floor(start / prefixSize(tileLength)) * prefixSize(tileLength);
  const levels = Math.floor(bits / 2);
  const [first, side] = walk(offset, tileLength, levels);
  if (bits % 2 === 0) return { x: first.x, y: first.y, width: side, height: side };
  const half = side / 2;
  const [one] = walk(offset, tileLength, levels + 1);
  const [two] = walk(offset + prefixSize(tileLength) / 4 ** (levels + 1), tileLength, levels + 1);
  const [x, y] = [Math.min(one.x, two.x), Math.min(one.y, two.y)];
  return { x, y, width: Math.abs(one.x - two.x) + half, height: Math.abs(one.y - two.y) + half };
};

/** The square that `levels` steps down the curve lead to, and its side. */
const walk = (offset: number, tileLength: number, levels: number): [{ x: number; y: number }, number] => {
  let [x, y, side] = [0, 0, 1];
  let turn: Turn = { swap: false, flip: false };
  let size = prefixSize(tileLength);
  let rest = offset;
  for (let level = 0; level < levels; level += 1) {
    size /= 4;
    side /= 2;
    const index = Math.min(3, Math.floor(rest / size));
    rest -= index * size;
    const [right, down, inner] = quadrants[index] ?? [0, 0, 0];
    const [a, b] = place(right, down, turn);
    x += a * side;
    y += b * side;
    turn = turned(turn, inner);
  }
  return [{ x, y }, side];
};
