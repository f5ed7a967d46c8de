import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, inOrder, minutesToGo, ready, wavesOf } from '../shared/plan/move/graph.ts';

type Node = { id: string; after: string[]; estimateMinutes: number; oneAtATime?: string };

const node = (id: string, after: string[] = [], estimateMinutes = 1, key?: string): Node => ({
  id,
  after,
  estimateMinutes,
  ...(key === undefined ? {} : { oneAtATime: key }),
});

const small = [
  node('vnet'),
  node('gateway', ['vnet'], 45),
  node('firewall', ['vnet'], 8),
  node('proof', ['gateway', 'firewall'], 0),
];

/** A graph whose steps wait for earlier ones only, given in any order. */
const graphs = fc
  .array(
    fc.record({
      minutes: fc.nat(60),
      waits: fc.array(fc.nat(20), { maxLength: 3 }),
      key: fc.option(fc.constantFrom('a', 'b')),
    }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .chain((drafts) => {
    const nodes = drafts.map(({ minutes, waits, key }, at) =>
      node(
        `s${at}`,
        [...new Set(waits.filter((wait) => wait < at).map((wait) => `s${wait}`))],
        minutes,
        key ?? undefined,
      ),
    );
    return fc.shuffledSubarray(nodes, { minLength: nodes.length, maxLength: nodes.length });
  });

const chainsOf = (steps: readonly Node[]): number[] => {
  const minutes = (step: Node): number[] =>
    step.after.length === 0
      ? [step.estimateMinutes]
      : step.after.flatMap((id) =>
          minutes(steps.find((other) => other.id === id) as Node).map((before) => before + step.estimateMinutes),
        );
  return steps.flatMap(minutes);
};

describe('the graph of a move', () => {
  it('starts side by side what waits for nothing more', () => {
    expect(ready(small, new Set(['vnet']), new Set()).map(({ id }) => id)).toEqual(['gateway', 'firewall']);
    expect(ready(small, new Set(['vnet', 'firewall']), new Set(['gateway']))).toEqual([]);
  });

  it('starts one of those that exclude each other', () => {
    const groups = [node('a', [], 1, 'ipGroups'), node('b', [], 1, 'ipGroups'), node('c')];
    expect(ready(groups, new Set(), new Set()).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(ready(groups, new Set(), new Set(['a'])).map(({ id }) => id)).toEqual(['c']);
  });

  it('names the longest chain', () => {
    expect(criticalPath(small)).toEqual({ steps: ['vnet', 'gateway', 'proof'], minutes: 46 });
    expect(criticalPath([])).toEqual({ steps: [], minutes: 0 });
  });

  it('tells the minutes to go by what is done and how long the rest is under way', () => {
    const going = (done: string[], runningFor: [string, number][]) =>
      minutesToGo(small, { done: new Set(done), runningFor: new Map(runningFor) });
    expect(going([], [])).toBe(46);
    expect(
      going(
        ['vnet'],
        [
          ['gateway', 5],
          ['firewall', 5],
        ],
      ),
    ).toBe(40);
    expect(
      going(
        ['vnet'],
        [
          ['gateway', 90],
          ['firewall', 5],
        ],
      ),
    ).toBe(3);
    expect(going(['vnet', 'gateway', 'firewall', 'proof'], [])).toBe(0);
  });

  it('draws in waves', () => {
    expect(wavesOf(small).map((wave) => wave.map(({ id }) => id))).toEqual([
      ['vnet'],
      ['gateway', 'firewall'],
      ['proof'],
    ]);
  });

  it.each([
    ['a step that waits for itself', [node('a', ['a'])]],
    ['a step that waits for none there', [node('a', ['b'])]],
    ['two steps of one id', [node('a'), node('a')]],
  ])('refuses %s', (_, steps) => {
    expect(() => inOrder(steps)).toThrow(/of a move/);
  });

  it('keeps every order and every key, whichever step ends first, and reaches every step', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), (steps, picks) => {
        const done = new Set<string>();
        const running = new Set<string>();
        while (done.size < steps.length) {
          for (const step of ready(steps, done, running)) {
            expect(step.after.every((id) => done.has(id))).toBe(true);
            running.add(step.id);
          }
          const keys = steps.filter(({ id }) => running.has(id)).flatMap(({ oneAtATime }) => oneAtATime ?? []);
          expect(new Set(keys).size).toBe(keys.length);
          expect(running.size).toBeGreaterThan(0);
          const over = [...running][picks.next().value % running.size] as string;
          running.delete(over);
          done.add(over);
        }
      }),
    );
  });

  it('has no chain longer than the critical path, and the critical path is one', () => {
    fc.assert(
      fc.property(graphs, (steps) => {
        const { minutes } = criticalPath(steps);
        expect(minutes).toBe(Math.max(...chainsOf(steps)));
        expect(minutesToGo(steps, { done: new Set(), runningFor: new Map() })).toBe(minutes);
      }),
    );
  });
});
