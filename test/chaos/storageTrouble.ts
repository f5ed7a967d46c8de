import { AutomationError } from '../../shared/base/errors.ts';
import type { Around, PortCall } from '../support/aroundPorts.ts';
import type { Life, Turnstile } from './turnstile.ts';
import type { Weather } from './weather.ts';

const refused = ({ what, on }: PortCall, how: string): AutomationError =>
  new AutomationError('ERR_STORAGE', `The app's storage did not manage ${what} ${on}: ${how}`, {
    remedy: 'It is tried again.',
    retry: 'later',
  });

/**
 * Storage on a bad day: a call is refused, or done and its answer lost, or takes seconds. Calls to Azure and to people
 * are not troubled here: the one has a wire of its own, the others may only be told late.
 */
export const troubledStorage =
  (turnstile: Turnstile, weather: Weather, life: Life): Around =>
  async (call, work) => {
    if (call.to === 'arm' || call.to === 'vault') return work();
    await turnstile.pass(life);
    const trouble = weather.strikes({ refused: 3, answerLost: 3, slow: 2 });
    if (trouble !== null) weather.count(`storage ${trouble}`);
    if (trouble === 'refused') throw refused(call, 'HTTP 503');
    const answer = await work();
    if (trouble === 'slow') await turnstile.sleep(life, turnstile.now() + turnstile.random.below(20_000));
    if (trouble === 'answerLost') throw refused(call, 'no answer');
    return answer;
  };
