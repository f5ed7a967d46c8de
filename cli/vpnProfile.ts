import tls from 'node:tls';
import { AutomationError } from '../shared/base/errors.ts';
import type { SiteState } from '../shared/record/state.ts';
import type { Store } from './store.ts';

/** A profile is a few hundred KB; an address that gives more is not one's. */
const largest = 16 * 1024 * 1024;
const longestMs = 60_000;

const unavailable = (why: string): AutomationError =>
  new AutomationError('ERR_AZURE_UNAVAILABLE', `The VPN client profile could not be fetched: ${why}.`, {
    remedy:
      'Its address is good for a while only. While the move waits for the device a new one is made every half hour: try again then.',
  });

const addressOf = async (site: string, state: SiteState, { ports }: Store): Promise<string> => {
  const blob = state.move?.profileBlob ?? null;
  const text = blob === null ? undefined : await ports.archive.read(blob);
  const kept: unknown = text === undefined ? null : JSON.parse(text);
  if (typeof kept === 'object' && kept !== null && 'url' in kept && typeof kept.url === 'string') return kept.url;
  throw new AutomationError(
    'ERR_NOTHING_WAITS',
    `No VPN client profile has been made for the device of site ${site}.`,
    {
      remedy: `A move to another region makes one; see: npm run cli -- move status --site ${site}`,
    },
  );
};

/** The VPN client profile that the site's move made, as Azure gives it (a zip). Its address is a secret and is never shown. */
export const fetchProfile = async (site: string, state: SiteState, store: Store): Promise<Uint8Array> => {
  const address = await addressOf(site, state, store);
  if (store.ca) tls.setDefaultCACertificates([...tls.getCACertificates('default'), store.ca]);
  let answer: Response;
  let content: ArrayBuffer;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(longestMs) });
    if (Number(answer.headers.get('content-length') ?? 0) > largest) throw new Error('it is too large');
    content = await answer.arrayBuffer();
  } catch {
    // What is thrown here may name the address.
    throw unavailable('there was no answer');
  }
  if (!answer.ok) throw unavailable(`Azure answered ${answer.status}`);
  return new Uint8Array(content);
};
