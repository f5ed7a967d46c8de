import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstUsable, moveAddresses, shiftOf, straddles } from '../shared/plan/move/addressMap.ts';
import { formatAddress, formatPrefix } from '../shared/ranges/prefix.ts';

const pool = shiftOf('192.168.150.0/24', '192.168.151.0/24');
const network = shiftOf('172.16.0.0/16', '10.9.0.0/16');
const shifts = [pool, network];

describe('addresses of ranges that change', () => {
  it.each([
    ['an address', '192.168.150.9', '192.168.151.9'],
    ['a prefix inside', '172.16.2.0/27', '10.9.2.0/27'],
    ['a whole range', '172.16.0.0/16', '10.9.0.0/16'],
    ['both ends of a range', '192.168.150.4-192.168.150.8', '192.168.151.4-192.168.151.8'],
    ['each part of a list', '172.16.1.4, 8.8.8.8', '10.9.1.4, 8.8.8.8'],
    ['nothing outside', '172.17.0.0/16', '172.17.0.0/16'],
    ['nothing of the default route', '0.0.0.0/0', '0.0.0.0/0'],
    ['no text that is none', 'vpn-172.16.0.0', 'vpn-172.16.0.0'],
    ['no address that is none', '172.16.300.1', '172.16.300.1'],
  ])('%s', (_, before, after) => {
    expect(moveAddresses(before, shifts)).toBe(after);
  });

  it('have no place beyond the end of a smaller range, whose whole is the whole', () => {
    const smaller = [shiftOf('172.16.0.0/16', '10.9.0.0/24')];
    expect(moveAddresses('172.16.0.0/16', smaller)).toBe('10.9.0.0/24');
    expect(moveAddresses('172.16.0.64/26', smaller)).toBe('10.9.0.64/26');
    expect(moveAddresses('172.16.1.0/24', smaller)).toBeNull();
  });

  it('may be a part of something wider, which stays and is told', () => {
    expect(straddles('172.0.0.0/8', shifts)).toBe(true);
    expect(straddles('172.16.2.0/24', shifts)).toBe(false);
    expect(straddles('0.0.0.0/0', shifts)).toBe(false);
  });

  it('keep their size and offset, and come back the same way', () => {
    const back = [shiftOf('10.9.0.0/16', '172.16.0.0/16')];
    fc.assert(
      fc.property(fc.nat(0xffff), fc.integer({ min: 17, max: 32 }), (offset, length) => {
        const start = offset & ~(2 ** (32 - length) - 1);
        const before = formatPrefix(0xac100000 + start, length);
        const after = moveAddresses(before, [network]);
        expect(after).toBe(formatPrefix(0x0a090000 + start, length));
        expect(moveAddresses(after ?? '', back)).toBe(before);
        expect(moveAddresses(formatAddress(0xac100000 + offset), [network])).toBe(formatAddress(0x0a090000 + offset));
      }),
    );
  });

  it('give the firewall the first that Azure does not keep', () => {
    expect(firstUsable('10.9.1.0/24')).toBe('10.9.1.4');
  });
});
