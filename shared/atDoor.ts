import { failureAnswer, type HttpAnswer } from './answers.ts';
import { rouse } from './heartbeat.ts';
import type { Ports } from './ports.ts';

/**
 * What every HTTP door does: answers, also for what goes wrong (as JSON, unless `failed` says otherwise); and, whatever it answers, whoever calls has an overdue
 * sweep asked for: a caller that is refused shows as well as any other that the doors live and the timer may not.
 */
export const atDoor = async <A>(
  wire: () => Promise<Ports>,
  work: (ports: Ports) => Promise<A>,
  failed: (error: unknown) => A | HttpAnswer = failureAnswer,
): Promise<A | HttpAnswer> => {
  let ports: Ports | null = null;
  try {
    ports = await wire();
    return await work(ports);
  } catch (error) {
    return failed(error);
  } finally {
    if (ports !== null) await rouse(ports);
  }
};
