import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import { missBeat } from './heartbeat.ts';
import type { Ports } from './ports.ts';
import { readMessage } from './record/message.ts';
import { speakTo } from './session.ts';

/** What the queue gave up on: the site is marked and people are told. Never throws for what the message says. */
export const bury = async (entry: unknown, ports: Ports): Promise<void> => {
  const at = iso(ports.clock.now());
  let site: string | null = null;
  try {
    const message = readMessage(entry);
    site = message.kind === 'site' ? message.site : null;
  } catch {
    ports.log.error('a poison message of unknown form', {});
  }
  const why =
    'A message failed five times and was put aside; the next sweep looks again. See the log around this time.';
  // Told first: what failed five times may be the state, which then cannot be marked either.
  await ports.notices.tell({
    id: `poison ${site ?? 'all'} ${at}`,
    kind: 'alarm',
    site: site ?? 'all',
    at,
    title: `Site ${site ?? '(all)'} needs attention: a message was put aside`,
    text: why,
    digest: null,
    runId: null,
  });
  if (site === null) return missBeat(ports);
  try {
    await speakTo(ports.sites, site, (state) => ({ ...state, attention: { why, since: at, code: 'POISON' } }));
  } catch (error) {
    const { code, message, retry } = asAutomationError(error);
    if (retry !== 'never') throw error;
    // People were told, and would be told the same again.
    ports.log.error('a site could not be marked', { site, code, message });
  }
};
