import { failureAnswer, type HttpAnswer } from './answers.ts';
import { rouse } from './heartbeat.ts';
import type { Ports } from './ports.ts';

/**
 * What every door does, whatever comes of the work: whoever calls has an overdue sweep asked for. A caller that is refused
 * shows as well as any other that the doors live and the timer may not. Throws what the work throws.
 */
export const rousing = async <A>(wire: () => Promise<Ports>, work: (ports: Ports) => Promise<A>): Promise<A> => {
  const ports = await wire();
  try {
    return await work(ports);
  } finally {
    await rouse(ports);
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
