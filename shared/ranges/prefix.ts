import { AutomationError } from '../base/errors.ts';

/** An IPv4 prefix: `start` is its first address as an unsigned 32-bit number, `length` is 0 to 32. */
export type Prefix = { readonly start: number; readonly length: number };

const octets: readonly string[] = Array.from({ length: 256 }, (_, value) => String(value));
const sizes: readonly number[] = Array.from({ length: 33 }, (_, length) => 2 ** (32 - length));

/** How many addresses a prefix of that length (0 to 32) holds: 1 to 2 ** 32. */
export const prefixSize = (length: number): number => sizes[length] ?? Number.NaN;

/** `52.244.64.0`, of an unsigned 32-bit number. */
export const formatAddress = (address: number): string =>
  `${octets[address >>> 24]}.${octets[(address >>> 16) & 255]}.${octets[(address >>> 8) & 255]}.${octets[address & 255]}`;

/** `52.244.64.0/18`. */
export const formatPrefix = (start: number, length: number): string => `${formatAddress(start)}/${length}`;

const dot = 46;
const slash = 47;
const zero = 48;

/**
 * Reads `text` into `starts[at]` and `lengths[at]`; false (and nothing promised about the two) where it is not an
 * IPv4 prefix in its one strict form. A file holds some 90,000 of them, hence no regular expression and no objects.
 */
export const scanPrefix = (text: string, starts: Uint32Array, lengths: Uint8Array, at: number): boolean => {
  const end = text.length;
  if (end < 9 || end > 18) return false;
  let i = 0;
  let address = 0;
  for (let n = 0; n < 4; n += 1) {
    if (i >= end) return false;
    let octet = text.charCodeAt(i) - zero;
    if (octet < 0 || octet > 9) return false;
    i += 1;
    for (let digits = 1; digits < 3 && i < end; digits += 1) {
      const digit = text.charCodeAt(i) - zero;
      if (digit < 0 || digit > 9) break;
      if (octet === 0) return false;
      octet = octet * 10 + digit;
      i += 1;
    }
    if (octet > 255 || i >= end || text.charCodeAt(i) !== (n < 3 ? dot : slash)) return false;
    address = (address << 8) | octet;
    i += 1;
  }
  if (i >= end || end - i > 2) return false;
  let length = text.charCodeAt(i) - zero;
  if (length < 0 || length > 9) return false;
  if (end - i === 2) {
    const digit = text.charCodeAt(i + 1) - zero;
    if (length === 0 || digit < 0 || digit > 9) return false;
    length = length * 10 + digit;
  }
  if (length > 32) return false;
  // `-1 << 32` would be `-1 << 0`: /0 has its own case.
  if (length === 0 ? address !== 0 : (address & ~(-1 << (32 - length))) !== 0) return false;
  starts[at] = address;
  lengths[at] = length;
  return true;
};

/** Why a text is no IPv4 prefix, as the end of a sentence; slow, for errors only. */
export const whyNotPrefix = (text: string): string => {
  const parts = /^([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)(?:\/(.*))?$/s.exec(text);
  if (!parts) return 'is not an IPv4 prefix';
  const numbers = parts.slice(1, 5);
  const length = parts[5];
  if (numbers.some((part) => part.length > 1 && part.startsWith('0'))) return 'has a leading zero in its address';
  if (numbers.some((part) => Number(part) > 255)) return 'has a number above 255 in its address';
  if (length === undefined) return 'has no prefix length';
  if (!/^(0|[1-9][0-9]?)$/.test(length) || Number(length) > 32) return 'has a prefix length that is not 0 to 32';
  return 'has host bits set';
};

const oneStart = new Uint32Array(1);
const oneLength = new Uint8Array(1);

/** A prefix from text: four octets, no leading zeros, /0 to /32, no host bits. Throws ERR_PREFIX with text and reason. */
export const parsePrefix = (text: string): Prefix => {
  if (scanPrefix(text, oneStart, oneLength, 0)) return { start: oneStart[0] ?? 0, length: oneLength[0] ?? 0 };
  throw new AutomationError('ERR_PREFIX', `"${text.slice(0, 60)}" ${whyNotPrefix(text)}.`, {
    remedy: 'Write it as four numbers and a length, with no host bits set, such as 52.244.64.0/18.',
  });
};

/** An address from text, as strictly as a prefix, as an unsigned 32-bit number. Throws ERR_PREFIX. */
export const parseAddress = (text: string): number => {
  if (scanPrefix(`${text}/32`, oneStart, oneLength, 0)) return oneStart[0] ?? 0;
  throw new AutomationError('ERR_PREFIX', `"${text.slice(0, 60)}" is not an IPv4 address.`, {
    remedy: 'Write it as four numbers from 0 to 255, such as 52.244.64.1.',
  });
};
