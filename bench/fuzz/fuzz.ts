import fc from 'fast-check';
import { unwire, wireTo } from '../../shared/wire.ts';
import { doors } from './doors.ts';
import { inputsOf } from './inputs.ts';
import { makeWorld } from './world.ts';

/** No door works this long at one input, on whatever busy machine; then it would hang. Milliseconds. */
const longest = 20_000;

export type Fuzzed = {
  readonly door: string;
  readonly inputs: number;
  readonly slowestMs: number;
  /** How often each answer was given. */
  readonly answers: Readonly<Record<string, number>>;
};

/**
 * Sends so many generated inputs to one door. Rejects with the smallest input that crashes it, hangs it, has it write to
 * Azure or send a message that nobody gets, or is answered without naming the fault; the same seed makes the same inputs.
 */
export const fuzzDoor = async (
  door: string,
  options: { readonly count: number; readonly seed: number },
): Promise<Fuzzed> => {
  const known = doors[door];
  if (known === undefined)
    throw new RangeError(`There is no door ${door}; there are ${Object.keys(doors).join(', ')}.`);
  const world = makeWorld();
  wireTo(world.ports);
  const answers: Record<string, number> = {};
  let [inputs, slowestMs] = [0, 0];
  try {
    const property = fc.asyncProperty(inputsOf(known.made), async (input) => {
      inputs += 1;
      if (inputs % (known.inputsAWorld ?? 200) === 0) world.forget();
      // Each input answers for itself, or the smallest one that fails could not be found.
      world.lost.length = 0;
      world.writes.length = 0;
      const started = performance.now();
      const { code } = await known.take(input);
      const ms = performance.now() - started;
      slowestMs = Math.max(slowestMs, ms);
      answers[code] = (answers[code] ?? 0) + 1;
      if (ms > longest) throw new Error(`${Math.round(ms)} ms for one input`);
      if (world.lost.length > 0) throw new Error(`it sent what nobody gets: ${world.lost.join(', ')}`);
      if (world.writes.length > 0) throw new Error(`it wrote to Azure: ${world.writes.join(', ')}`);
    });
    await fc.assert(property, { seed: options.seed, numRuns: options.count });
  } finally {
    unwire();
  }
  return { door, inputs, slowestMs: Math.round(slowestMs), answers };
};

export const doorNames = Object.keys(doors);
