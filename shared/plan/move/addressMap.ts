import { type Interval, readPrefix } from '../../base/address.ts';
import { formatAddress, formatPrefix, parseAddress, parsePrefix, prefixSize } from '../../ranges/prefix.ts';

/** A range of the old side, and where it lies on the new one. */
export type AddressShift = { readonly before: Interval; readonly after: Interval };

export const shiftOf = (before: string, after: string): AddressShift => ({
  before: readPrefix('before the move', before),
  after: readPrefix('after the move', after),
});

const onlyAddresses = /^[\d./,\s-]+$/;
const oneAddress = /\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?/g;

/** ARM keeps what a person typed, host bits and all: it is the network that is meant. */
const intervalOf = (text: string): Interval | null => {
  const [address = '', length = '32'] = text.split('/');
  const size = prefixSize(Number(length));
  if (Number.isNaN(size)) return null;
  try {
    const start = parseAddress(address);
    const first = start - (start % size);
    return { first, last: first + size - 1 };
  } catch {
    return null;
  }
};

const inside = (inner: Interval, outer: Interval): boolean => inner.first >= outer.first && inner.last <= outer.last;

const shifted = (text: string, by: AddressShift, range: Interval): string => {
  const first = by.after.first + (range.first - by.before.first);
  if (!text.includes('/')) return formatAddress(first);
  return formatPrefix(first, 32 - Math.log2(range.last - range.first + 1));
};

/** Is the whole of it where the shift leads? Otherwise the new range is too small for what the old one held. */
const fitsAfter = (range: Interval, { before, after }: AddressShift): boolean =>
  range.last - before.first <= after.last - after.first;

/**
 * A text of addresses, prefixes, ranges or lists of them, with every part that lies in a shifted range moved along:
 * it keeps its size and its offset. A whole range becomes the whole new one, whatever its size. null where a part
 * would lie beyond the new range. Any other text comes back as it is.
 */
export const moveAddresses = (text: string, shifts: readonly AddressShift[]): string | null => {
  if (!onlyAddresses.test(text)) return text;
  let beyond = false;
  const moved = text.replaceAll(oneAddress, (part) => {
    const range = intervalOf(part);
    if (range === null) return part;
    const by = shifts.find(({ before }) => inside(range, before));
    if (by === undefined) return part;
    if (range.first === by.before.first && range.last === by.before.last && part.includes('/')) {
      return formatPrefix(by.after.first, 32 - Math.log2(by.after.last - by.after.first + 1));
    }
    if (!fitsAfter(range, by)) beyond = true;
    return shifted(part, by, range);
  });
  return beyond ? null : moved;
};

/** The parts of a text that hold some, but not only, addresses of a shifted range: nobody can say where they should lie. */
export const straddles = (text: string, shifts: readonly AddressShift[]): boolean =>
  onlyAddresses.test(text) &&
  (text.match(oneAddress) ?? []).some((part) => {
    const range = intervalOf(part);
    if (range === null || (range.first === 0 && part.endsWith('/0'))) return false;
    return shifts.some(
      ({ before }) => range.first <= before.last && before.first <= range.last && !inside(range, before),
    );
  });

/** The first address Azure gives away in a subnet: it keeps the first four for itself. */
export const firstUsable = (subnet: string): string => formatAddress(parsePrefix(subnet).start + 4);
