import type { MovePlan, MoveStep } from './movePlan.ts';

type Node = Pick<MoveStep, 'id' | 'after' | 'estimateMinutes' | 'oneAtATime'>;

/**
 * The steps in an order that keeps every `after`; among equals as they were given. Throws a plain Error where a step
 * waits for itself, for one that is not there, or has another's id: no input calls for that, only a fault of ours.
 */
export const inOrder = <T extends Node>(steps: readonly T[]): T[] => {
  if (new Set(steps.map(({ id }) => id)).size < steps.length) throw new Error('two steps of a move have one id');
  const placed = new Set<string>();
  const ordered: T[] = [];
  while (ordered.length < steps.length) {
    const next = steps.filter(({ id, after }) => !placed.has(id) && after.every((other) => placed.has(other)));
    if (next.length === 0) {
      const left = steps.filter(({ id }) => !placed.has(id)).map(({ id }) => id);
      throw new Error(`steps of a move that never become ready: ${left.join(', ')}`);
    }
    for (const step of next) placed.add(step.id);
    ordered.push(...next);
  }
  return ordered;
};

/** The steps to start now, side by side: all before them done, and never two of one `oneAtATime` key. */
export const ready = <T extends Node>(
  steps: readonly T[],
  done: ReadonlySet<string>,
  running: ReadonlySet<string>,
): T[] => {
  const taken = new Set(steps.filter(({ id }) => running.has(id)).flatMap(({ oneAtATime }) => oneAtATime ?? []));
  const next: T[] = [];
  for (const step of steps) {
    if (done.has(step.id) || running.has(step.id) || !step.after.every((other) => done.has(other))) continue;
    if (step.oneAtATime !== undefined) {
      if (taken.has(step.oneAtATime)) continue;
      taken.add(step.oneAtATime);
    }
    next.push(step);
  }
  return next;
};

type Chain = { readonly steps: readonly string[]; readonly minutes: number };

const longestChain = (steps: readonly Node[], minutesOf: (step: Node) => number): Chain => {
  const chains = new Map<string, Chain>();
  let longest: Chain = { steps: [], minutes: 0 };
  for (const step of inOrder(steps)) {
    let before: Chain = { steps: [], minutes: 0 };
    for (const id of step.after) {
      const chain = chains.get(id);
      if (chain && isLonger(chain, before)) before = chain;
    }
    const chain = { steps: [...before.steps, step.id], minutes: before.minutes + minutesOf(step) };
    chains.set(step.id, chain);
    if (isLonger(chain, longest)) longest = chain;
  }
  return longest;
};

/** In minutes; of two as long, the one of more steps, since that one ends the move. */
const isLonger = (a: Chain, b: Chain): boolean =>
  a.minutes > b.minutes || (a.minutes === b.minutes && a.steps.length > b.steps.length);

/** The longest chain of steps and its minutes; a person's time is not counted. */
export const criticalPath = (steps: readonly Node[]): MovePlan['criticalPath'] =>
  longestChain(steps, ({ estimateMinutes }) => estimateMinutes);

/** How far a move is: minutes that the steps under way have taken so far. */
export type MoveProgress = {
  readonly done: ReadonlySet<string>;
  readonly runningFor: ReadonlyMap<string, number>;
};

/**
 * Minutes until the last step is over, by the estimates. A step that takes longer than estimated counts as over in
 * this very minute: nobody knows better.
 */
export const minutesToGo = (steps: readonly Node[], { done, runningFor }: MoveProgress): number =>
  longestChain(steps, ({ id, estimateMinutes }) =>
    done.has(id) ? 0 : Math.max(0, estimateMinutes - (runningFor.get(id) ?? 0)),
  ).minutes;

/** Steps by how many must be over before: what may be under way side by side stands in one wave. */
export const wavesOf = <T extends Node>(steps: readonly T[]): T[][] => {
  const depth = new Map<string, number>();
  const waves: T[][] = [];
  for (const step of inOrder(steps)) {
    const at = Math.max(0, ...step.after.map((id) => (depth.get(id) ?? 0) + 1));
    depth.set(step.id, at);
    waves[at] = [...(waves[at] ?? []), step];
  }
  return waves;
};
