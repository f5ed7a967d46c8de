import { AutomationError } from '../../shared/base/errors.ts';
import type { Ports } from '../../shared/ports.ts';
import { type Around, aroundPorts, type PortCall } from '../support/aroundPorts.ts';
import type { Call } from './calls.ts';

/** Told after every call; resolves when the life may go on. True: the answer is lost, although what was asked was done. */
export type Tell = (call: Call) => Promise<boolean>;

const lost = ({ to, what, on }: PortCall): AutomationError =>
  new AutomationError(to === 'arm' ? 'ERR_AZURE_UNAVAILABLE' : 'ERR_STORAGE', `No answer: ${what} ${on} (lost)`, {
    remedy: 'Nothing to do: it is tried again.',
    retry: 'later',
    retryAfterMs: 10_000,
  });

const toldOf =
  (tell: Tell): Around =>
  async (call, work) => {
    let answer: unknown;
    try {
      answer = await work();
    } catch (error) {
      await tell({ ...call, failed: true });
      throw error;
    }
    if (await tell({ ...call, failed: false })) throw lost(call);
    return answer;
  };

/** Ports whose every call to the outside is told of, when it has been answered. */
export const gatedPorts = (ports: Ports, tell: Tell): Ports =>
  Object.defineProperties(aroundPorts(ports, toldOf(tell)), {
    // Fencing alone must do: nobody is held off.
    leases: { value: { hold: (_name: string, work: () => Promise<unknown>) => work() } },
  });
