import { failureAnswer, type HttpAnswer } from './answers.ts';
import { asAutomationError } from './base/errors.ts';
import { rouse } from './heartbeat.ts';
import type { Ports } from './ports.ts';

/** Storage that fails quickly may fail in one part alone; who calls a door waits for ten seconds in all. */
const longMs = 2_000;

/**
 * What every door does, whatever comes of the work: whoever calls has an overdue sweep asked for. A caller that is refused
 * shows as well as any other that the doors live and the timer may not. Storage that was waited for in vain is not asked
 * for the sweep as well. Throws what the work throws.
 */
export const rousing = async <A>(wire: () => Promise<Ports>, work: (ports: Ports) => Promise<A>): Promise<A> => {
  const ports = await wire();
  const started = performance.now();
  try {
    const answer = await work(ports);
    await rouse(ports);
    return answer;
  } catch (error) {
    const inVain = asAutomationError(error).code === 'ERR_STORAGE' && performance.now() - started > longMs;
    if (!inVain) await rouse(ports);
    throw error;
  }
};

/** What every HTTP door does besides: answers, also for what goes wrong (as JSON, unless `failed` says otherwise). */
export const atDoor = async <A>(
  wire: () => Promise<Ports>,
  work: (ports: Ports) => Promise<A>,
  failed: (error: unknown) => A | HttpAnswer = failureAnswer,
): Promise<A | HttpAnswer> => {
  try {
    return await rousing(wire, work);
  } catch (error) {
    return failed(error);
  }
};
