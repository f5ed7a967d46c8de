import { AutomationError } from '../base/errors.ts';

/** An IPv6 prefix: `start` is its first address as a number below 2n ** 128n, `length` is 0 to 128. */
export type Prefix6 = { readonly start: bigint; readonly length: number };

const words = new Uint16Array(8);

const slash = 47;
const colon = 58;

/** 0 to 15, or -1. */
const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
};

/** `::ffff:10.0.0.0` with its last four octets written as two groups; undefined where they are no IPv4 address. */
const withoutDots = (text: string): string | undefined => {
  const parts = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,3})$/.exec(text);
  if (!parts) return undefined;
  const octets = parts.slice(2, 6);
  if (octets.some((octet) => Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0')))) return undefined;
  const [a, b, c, d] = octets.map(Number);
  const group = (high = 0, low = 0) => (high * 256 + low).toString(16);
  return `${parts[1]}${group(a, b)}:${group(c, d)}/${parts[6]}`;
};

/** The length after the slash, or -1: one to three digits, no leading zero, at most 128. */
const scanLength = (text: string, from: number): number => {
  const digits = text.length - from;
  if (digits < 1 || digits > 3) return -1;
  let length = 0;
  for (let i = from; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9 || (digit === 0 && length === 0 && digits > 1)) return -1;
    length = length * 10 + digit;
  }
  return length <= 128 ? length : -1;
};

/** Spreads the groups found around a `::` over eight; -1 where the count is wrong, else the place of the slash. */
const settle = (count: number, gap: number, at: number): number => {
  if (gap < 0) return count === 8 ? at : -1;
  if (count > 7) return -1;
  const shift = 8 - count;
  for (let group = 7; group >= gap + shift; group -= 1) words[group] = words[group - shift] ?? 0;
  for (let group = gap; group < gap + shift; group += 1) words[group] = 0;
  return at;
};

/** Reads the groups before the slash into `words`; the slash's place, or -1 where they are not an IPv6 address. */
const scanGroups = (text: string): number => {
  const end = text.length;
  let i = 0;
  let count = 0;
  let gap = -1;
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return -1;
    gap = 0;
    i = 2;
  }
  while (i < end && text.charCodeAt(i) !== slash) {
    let value = 0;
    let digits = 0;
    for (let digit = 0; i < end && digits < 5; digits += 1, i += 1) {
      digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (digits === 0 || digits > 4 || count === 8) return -1;
    words[count] = value;
    count += 1;
    if (i >= end) return -1;
    if (text.charCodeAt(i) === slash) break;
    if (text.charCodeAt(i) !== colon) return -1;
    i += 1;
    if (i < end && text.charCodeAt(i) === colon) {
      if (gap >= 0) return -1;
      gap = count;
      i += 1;
    } else if (i >= end || text.charCodeAt(i) === slash) return -1;
  }
  return i < end ? settle(count, gap, i) : -1;
};

/** The prefix length, with the address left in `words`; -1 where `text` is not an IPv6 prefix without host bits. */
const scan = (text: string): number => {
  if (text.length > 49) return -1;
  const at = scanGroups(text);
  if (at < 0) {
    const plain = text.includes('.') ? withoutDots(text) : undefined;
    return plain === undefined ? -1 : scan(plain);
  }
  const length = scanLength(text, at + 1);
  if (length < 0 || length === 128) return length;
  if (((words[length >> 4] ?? 0) & (0xffff >> (length & 15))) !== 0) return -1;
  for (let group = (length >> 4) + 1; group < 8; group += 1) if (words[group] !== 0) return -1;
  return length;
};

/** True where `text` is an IPv6 prefix as RFC 4291 writes them, with a length and without host bits or a zone. */
export const isPrefix6 = (text: string): boolean => scan(text) >= 0;

/** An IPv6 prefix from text. Throws ERR_PREFIX naming the text. */
export const parsePrefix6 = (text: string): Prefix6 => {
  const length = scan(text);
  if (length < 0) {
    throw new AutomationError('ERR_PREFIX', `"${text.slice(0, 60)}" is not an IPv6 prefix, or has host bits set.`, {
      remedy: 'Write it as groups and a length, with no host bits set, such as 2603:1000::/40.',
    });
  }
  let start = 0n;
  for (const word of words) start = (start << 16n) | BigInt(word);
  return { start, length };
};

/** `2603:1000::/40`, as RFC 5952 writes it: no leading zeros, the longest run of zero groups (two or more) as `::`. */
export const formatPrefix6 = ({ start, length }: Prefix6): string => {
  const groups = Array.from({ length: 8 }, (_, i) => Number((start >> BigInt(112 - 16 * i)) & 0xffffn));
  let [from, run] = [0, 1];
  for (let i = 0, zeros = 0; i < 8; i += 1) {
    zeros = groups[i] === 0 ? zeros + 1 : 0;
    if (zeros > run) [from, run] = [i - zeros + 1, zeros];
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  const address = run < 2 ? text(groups) : `${text(groups.slice(0, from))}::${text(groups.slice(from + run))}`;
  return `${address}/${length}`;
};
