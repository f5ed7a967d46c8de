import { describe, expect, it } from 'vitest';
import { makeNarrator } from '../simulator/demo/narrator.ts';

const told = (title: string, person: boolean): string[] => {
  const lines: string[] = [];
  makeNarrator((line) => lines.push(line), false).chapter(title, person);
  return lines;
};

describe('a heading of the demo', () => {
  it.each([
    ['Service Health: Storage, Key Vault, Event Hubs, Service Bus are down in USGov Virginia', false],
    ['The services are home again; the way back is approved by its digest', true],
    ['Before: the site is adopted and brought home', true],
  ])('fits 80 columns: %s', (title, person) => {
    const lines = told(title, person);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const text = lines.join(' ').replace(/\s+/g, ' ').trim();
    expect(text).toBe(`1. ${title}${person ? ' [a person; played here]' : ''}`);
  });
});
