import { z } from 'zod';
import { iso } from './base/clock.ts';
import { asAutomationError } from './base/errors.ts';
import type { Ports } from './ports.ts';
import { globalPauseIn } from './record/globalPause.ts';
import { type Heartbeat, heartbeatOf, mayCall, type Pulse } from './record/heartbeat.ts';

const sweptBlob = 'heartbeat/swept.json';
const calledBlob = 'heartbeat/called.json';

/** Three rounds of the sweep's default schedule. */
const defaultLimitMs = 45 * 60_000;

const time = z.iso.datetime().nullable().catch(null);
const swept = z.object({ sweptAt: time });
const called = z.object({ calledAt: time, watchedSince: time });

/** What nobody can read was never written: it is written anew. */
const readJson = async <T>(ports: Pick<Ports, 'config'>, blob: string, schema: z.ZodType<T>, none: T): Promise<T> => {
  const text = await ports.config.read(blob);
  try {
    return text === undefined ? none : schema.parse(JSON.parse(text));
  } catch {
    return none;
  }
};

const pulseOf = async (ports: Pick<Ports, 'config'>): Promise<Pulse> => ({
  ...(await readJson(ports, sweptBlob, swept, { sweptAt: null })),
  ...(await readJson(ports, calledBlob, called, { calledAt: null, watchedSince: null })),
});

/** The sweep has come round. */
export const beat = ({ config, clock }: Pick<Ports, 'config' | 'clock'>): Promise<void> =>
  config.write(sweptBlob, `${JSON.stringify({ sweptAt: iso(clock.now()) })}\n`);

/** For an outside monitor: last sweep, queue, poison. Throws ERR_STORAGE. */
export const heartbeat = async (ports: Ports): Promise<Heartbeat> => {
  const [pulse, states, pause, backlog] = await Promise.all([
    pulseOf(ports),
    ports.sites.list(),
    globalPauseIn(ports.config),
    ports.messages.backlog?.() ?? null,
  ]);
  const poisoned = states.filter(({ attention }) => attention?.code === 'POISON').map(({ site }) => site);
  return heartbeatOf({
    pulse,
    backlog,
    poisoned: poisoned.sort(),
    paused: pause !== null,
    now: ports.clock.now(),
    limitMs: ports.sweepOverdueMs ?? defaultLimitMs,
  });
};

const call = async (ports: Ports): Promise<boolean> => {
  const limitMs = ports.sweepOverdueMs ?? defaultLimitMs;
  const now = ports.clock.now();
  const pulse = await pulseOf(ports);
  const { watchedSince } = pulse;
  const write = (calledAt: string | null) =>
    ports.config.write(calledBlob, `${JSON.stringify({ calledAt, watchedSince: watchedSince ?? iso(now) })}\n`);
  if (watchedSince === null && pulse.sweptAt === null) await write(null);
  if (!mayCall(pulse, now, limitMs)) return false;
  return ports.leases.hold('overdue-sweep', async () => {
    if (!mayCall(await pulseOf(ports), now, limitMs)) return false;
    await write(iso(now));
    await ports.messages.send({ kind: 'sweep', because: 'an overdue sweep, asked for at a door', arrivedAt: now });
    return true;
  });
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
    // Another door holds the lease: it asks.
    if (code !== 'ERR_LEASED') ports.log.warn('an overdue sweep could not be looked for', { code, message });
    return false;
  }
};
