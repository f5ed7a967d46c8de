import { IPv4, IPv4CidrRange } from 'ip-num';
import { AutomationError } from './errors.ts';

/** An inclusive range of IPv4 addresses as unsigned 32-bit numbers. */
export type Interval = { readonly first: number; readonly last: number };

const refuse = (what: string, text: string, why: string): AutomationError =>
  new AutomationError('ERR_PREFIX', `${what}: "${text.slice(0, 60)}" ${why}.`, {
    remedy: 'Write it as four numbers and a length, with no host bits set, such as 192.168.150.0/24.',
  });

const strictPrefix = /^\d{1,3}(\.\d{1,3}){3}\/(0|[1-9]\d?)$/;

/**
 * A prefix that a person typed (`what` names the field), as an interval.
 * ip-num parses and validates; it is never asked to add or take away ranges (its Pool is wrong there).
 * Throws ERR_PREFIX with the field, the text and the reason.
 */
export const readPrefix = (what: string, text: string): Interval => {
  if (!strictPrefix.test(text)) throw refuse(what, text, 'is not an IPv4 prefix');
  let range: IPv4CidrRange;
  try {
    range = IPv4CidrRange.fromCidr(text);
  } catch (cause) {
    throw refuse(what, text, `is not an IPv4 prefix (${cause instanceof Error ? cause.message : 'unreadable'})`);
  }
  if (range.toCidrString() !== text || range.getFirst().toString() !== text.split('/')[0]) {
    throw refuse(what, text, `has host bits set; its network is ${range.getFirst().toString()}`);
  }
  return { first: Number(range.getFirst().getValue()), last: Number(range.getLast().getValue()) };
};

/**
 * The network an IPv4 prefix is in: `192.168.150.0/24` of `192.168.150.1/24`, since ARM keeps what a person typed, host
 * bits and all. null where it is none.
 */
export const networkIn = (text: string): string | null => {
  try {
    const range = IPv4CidrRange.fromCidr(text.trim());
    return `${range.getFirst().toString()}/${range.getPrefix().toString()}`;
  } catch {
    return null;
  }
};

/** An address that a person typed, as an interval of one. Throws ERR_PREFIX. */
export const readAddress = (what: string, text: string): Interval => {
  try {
    const value = Number(IPv4.fromString(text).getValue());
    return { first: value, last: value };
  } catch {
    throw new AutomationError('ERR_PREFIX', `${what}: "${text.slice(0, 60)}" is not an IPv4 address.`, {
      remedy: 'Write it as four numbers from 0 to 255, such as 172.16.1.4.',
    });
  }
};

export const meets = (a: Interval, b: Interval): boolean => a.first <= b.last && b.first <= a.last;
