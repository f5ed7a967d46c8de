import { z } from 'zod';
import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import { everySite } from './pauseAll.ts';
import type { Ports } from './ports.ts';
import { globalPauseIn } from './record/globalPause.ts';
import { type Heartbeat, heartbeatOf, mayCall, type Pulse } from './record/heartbeat.ts';

const sweptBlob = 'heartbeat/swept.json';
const calledBlob = 'heartbeat/called.json';
const buriedBlob = 'heartbeat/buried.json';

/** Three rounds of the sweep's default schedule. */
const defaultLimitMs = 45 * 60_000;

const time = z.iso.datetime().nullable().catch(null);
const swept = z.object({ sweptAt: time });
const called = z.object({ calledAt: time, watchedSince: time });
const buried = z.object({ buriedAt: time });

const never = { calledAt: null, watchedSince: null };

/** What nobody can read was never written: it is written anew. */
const parsed = <T>(text: string | undefined, schema: z.ZodType<T>, none: T): T => {
  try {
    return text === undefined ? none : schema.parse(JSON.parse(text));
  } catch {
    return none;
  }
};

const pulseOf = async (ports: Pick<Ports, 'config'>): Promise<Pulse> => ({
  ...parsed(await ports.config.read(sweptBlob), swept, { sweptAt: null }),
  ...parsed(await ports.config.read(calledBlob), called, never),
});

/** The sweep has come round. */
export const beat = ({ config, clock }: Pick<Ports, 'config' | 'clock'>): Promise<void> =>
  config.write(sweptBlob, `${JSON.stringify({ sweptAt: iso(clock.now()) })}\n`);

const buriedAt = async ({ config }: Pick<Ports, 'config'>): Promise<string | null> =>
  parsed(await config.read(buriedBlob), buried, { buriedAt: null }).buriedAt;

const writeBuried = ({ config }: Pick<Ports, 'config'>, at: string | null): Promise<void> =>
  config.write(buriedBlob, `${JSON.stringify({ buriedAt: at })}\n`);

/** A message that is about no one site was put aside: there is no site to mark. */
export const missBeat = (ports: Pick<Ports, 'config' | 'clock'>): Promise<void> =>
  writeBuried(ports, iso(ports.clock.now()));

/** A sweep has woken every site that it had to: what was put aside before is made good. */
export const makeGood = async (ports: Pick<Ports, 'config'>): Promise<void> => {
  if ((await buriedAt(ports)) !== null) await writeBuried(ports, null);
};

/** For an outside monitor: last sweep, queue, poison. Throws ERR_STORAGE. */
export const heartbeat = async (ports: Ports): Promise<Heartbeat> => {
  const [pulse, toAll, states, pause, backlog] = await Promise.all([
    pulseOf(ports),
    buriedAt(ports),
    ports.sites.list(),
    globalPauseIn(ports.config),
    ports.messages.backlog?.() ?? null,
  ]);
  const marked = states.filter(({ attention }) => attention?.code === 'POISON').map(({ site }) => site);
  const poisoned = [...(toAll === null ? [] : [everySite]), ...marked];
  return heartbeatOf({
    pulse,
    backlog,
    poisoned: poisoned.sort(),
    paused: pause !== null,
    now: ports.clock.now(),
    limitMs: ports.sweepOverdueMs ?? defaultLimitMs,
  });
};

/** Of several doors that find it overdue at once, one gets its name on the blob: the others see it there and ask for nothing. */
const call = async (ports: Ports): Promise<boolean> => {
  const limitMs = ports.sweepOverdueMs ?? defaultLimitMs;
  const now = ports.clock.now();
  const pulse = await pulseOf(ports);
  const begins = pulse.watchedSince === null && pulse.sweptAt === null;
  if (!begins && !mayCall(pulse, now, limitMs)) return false;
  let asks = false;
  await ports.config.change(calledBlob, (text) => {
    const before = parsed(text, called, never);
    asks = mayCall({ ...pulse, ...before }, now, limitMs);
    if (!asks && before.watchedSince !== null) return null;
    const calledAt = asks ? iso(now) : before.calledAt;
    return `${JSON.stringify({ calledAt, watchedSince: before.watchedSince ?? iso(now) })}\n`;
  });
  if (asks)
    await ports.messages.send({ kind: 'sweep', because: 'an overdue sweep, asked for at a door', arrivedAt: now });
  return asks;
};

/**
 * Timers are known to die while the doors answer: whoever calls has an overdue sweep asked for, once within the time
 * it may be late. Never throws: the caller's own matter goes first.
 */
export const rouse = async (ports: Ports): Promise<boolean> => {
  try {
    const roused = await call(ports);
    if (roused) ports.log.warn('the sweep is overdue; it is asked for by message', {});
    return roused;
  } catch (error) {
    const { code, message } = asAutomationError(error);
    ports.log.warn('an overdue sweep could not be looked for', { code, message });
    return false;
  }
};
