import { describe, expect, it } from 'vitest';
import { byNumber, counted, withArticle } from '../shared/base/counted.ts';

describe('numbers and nouns agree', () => {
  it.each([
    [1, 'route', '1 route'],
    [0, 'route', '0 routes'],
    [2, 'wanted address', '2 wanted addresses'],
    [1, 'wanted address', '1 wanted address'],
    [3, 'prefix', '3 prefixes'],
    [1_234, 'hole', '1,234 holes'],
  ])('%i %s', (n, noun, text) => expect(counted(n, noun)).toBe(text));

  it('and so does the verb', () => {
    expect([0, 1, 2].map((n) => byNumber(n, 'leads', 'lead'))).toEqual(['lead', 'leads', 'lead']);
  });

  it('an article goes by the sound', () => {
    expect(['id', 'route table', 'address'].map(withArticle)).toEqual(['an id', 'a route table', 'an address']);
  });
});
