import { brief } from './base/brief.ts';
import { iso } from './base/clock.ts';
import { AutomationError, asAutomationError } from './base/errors.ts';
import { waitBefore } from './base/retry.ts';
import type { Site } from './base/site.ts';
import { closeEnded } from './closeLedger.ts';
import { keepResidence } from './keepResidence.ts';
import type { Look } from './look.ts';
import { newPatience, type Patience } from './patience.ts';
import type { Plan } from './plan/plan.ts';
import type { AzureView, Ports } from './ports.ts';
import { sitesInForce } from './record/configuration.ts';
import type { Message } from './record/ports.ts';
import { runPlanBlob } from './record/progress.ts';
import { asItLives } from './record/residence.ts';
import type { Run } from './record/run.ts';
import { tagReader } from './record/tagReader.ts';
import type { TagsInForce } from './record/tagsInForce.ts';
import { newMeter, openSession, type Session } from './session.ts';
import { tell } from './tell.ts';
import type { Work } from './work.ts';

export type SiteMessage = Extract<Message, { readonly kind: 'site' }>;

/** One message's stay at one site: the lease is held, configuration and state are loaded. */
export type Visit = {
  readonly message: SiteMessage;
  readonly ports: Ports;
  /** When the worker came in (ms): nothing that was remembered before escapes it. */
  readonly enteredAt: number;
  /** The side where it lives: what is looked at and written to. */
  readonly site: Site;
  /** As the sites file has it. */
  readonly configured: Site;
  readonly session: Session;
  readonly azure: AzureView;
  readonly tagsInForce: TagsInForce;
  readonly patience: Patience;
  /** Whose the calls to Azure are from now on; the run's at first. */
  charge(account: 'run' | 'move' | 'nobody'): void;
  /** What carrying on the state's run needs. */
  work(seen?: Look): Promise<Work>;
  /** Runs a look; a failure is remembered and told, tried again where that helps, and null is returned. */
  guarded<T>(work: () => Promise<T>): Promise<T | null>;
};

/** A site busy with another message is tried again within this one, then by message: a visit takes a second or so. */
const busyPauses = [50, 100, 200, 400, 800];
const busyMs = 5_000;
/** Who carries a run on may have a poll to make, and is not late by more than a tenth of ten seconds, at first. */
const busyAtWorkMs = 500;

const busyAtMostMs = 30_000;

/**
 * The longer a site is busy, the seldomer it is come back to: who held it may have died, and each message that storage
 * took without an answer, or hands out twice, is one more from then on. They must not multiply faster than they are done.
 */
const busyFor = ({ continues, busy = 0 }: SiteMessage): number =>
  Math.min(busyAtMostMs, (continues === undefined ? busyMs : busyAtWorkMs) * 2 ** busy);

const readers = new WeakMap<object, ReturnType<typeof tagReader>>();

/** Service tags in force, parsed once per version and process. */
export const tagsFor = (ports: Pick<Ports, 'config' | 'tagSettings'>): ReturnType<typeof tagReader> => {
  const known = readers.get(ports.config) ?? tagReader(ports.config, { mostLost: ports.tagSettings?.mostLost });
  readers.set(ports.config, known);
  return known;
};

const troubled = async (
  visit: Pick<Visit, 'site' | 'session' | 'ports' | 'message'>,
  error: AutomationError,
): Promise<void> => {
  const { site, session, ports, message } = visit;
  const now = ports.clock.now();
  const { attention } = session.state();
  const known = attention?.code === error.code ? attention : null;
  const tries = known?.tries ?? 0;
  const waitMs = waitBefore(error, tries, ports.random?.() ?? 0);
  const sendAgain = (afterMs: number): Promise<void> => ports.messages.send({ ...message, notBefore: now + afterMs });
  if (error.code === 'ERR_OUR_TURN') return sendAgain(waitMs ?? 0);
  // One message tries again, however many met the same: each sending its own, copies would multiply while Azure is unwell.
  const due = known?.again !== undefined && Date.parse(known.again) > now ? known.again : null;
  const why = `${brief(error.message)} ${brief(error.remedy)}`;
  const since = known?.since ?? iso(now);
  ports.log.warn('look failed', { site: site.id, code: error.code, message: error.message });
  await tell(visit, {
    kind: 'alarm',
    key: `look ${error.code} ${since}`,
    title: `Site ${site.id} could not be looked at`,
    text: why,
    digest: null,
  });
  await session.commit((state) => ({
    ...state,
    lastLook: { at: iso(now), because: message.because },
    attention: {
      why,
      code: error.code,
      since,
      ...(waitMs === null ? {} : { tries: tries + 1, again: due ?? iso(now + waitMs) }),
    },
  }));
  if (waitMs !== null && due === null) await sendAgain(waitMs);
};

const guard = async <T>(
  visit: Pick<Visit, 'site' | 'session' | 'ports' | 'message'>,
  work: () => Promise<T>,
): Promise<T | null> => {
  try {
    return await work();
  } catch (error) {
    const failure = asAutomationError(error);
    if (['ERR_STATE_CONFLICT', 'ERR_STORAGE', 'ERR_BUG'].includes(failure.code)) throw failure;
    await troubled(visit, failure);
    return null;
  }
};

const readPlan = async (ports: Ports, site: string, { id, digest }: Run): Promise<Plan> => {
  const text = await ports.archive.read(runPlanBlob(site, id));
  if (text !== undefined) return JSON.parse(text) as Plan;
  throw new AutomationError('ERR_STORAGE', `The plan ${digest} of site ${site} is not in the archive.`, {
    remedy: 'Look at the container asefo-records; the next sweep plans again.',
    retry: 'later',
  });
};

const makeVisit = async (message: SiteMessage, ports: Ports, configured: Site): Promise<Visit | null> => {
  const enteredAt = ports.clock.now();
  const meter = newMeter();
  const session = await openSession(ports.sites, configured.id, meter);
  const entering = { message, ports, site: configured, session };
  const fits = await guard(entering, async () => {
    await closeEnded(session, ports.archive);
    await keepResidence(session, configured, ports);
    return true;
  });
  if (fits === null) return null;
  const site = asItLives(configured, session.state());
  const base = { message, ports, site, configured, session };
  const tagsInForce = await guard(base, () => tagsFor(ports)(site.cloud));
  if (tagsInForce === null) return null;
  const azure = ports.metered(meter.onCall);
  const patience = newPatience(ports.clock);
  const work = async (seen?: Look): Promise<Work> => {
    const state = session.state();
    const network = seen?.network ?? state.network;
    if (state.run === null || network === null) throw new Error(`site ${site.id} has nothing to carry on`);
    const plan = await readPlan(ports, site.id, state.run);
    const fresh = new Map(seen?.fresh ?? []);
    const { arrivedAt } = message;
    return { site, session, plan, ports, azure, tagsInForce, patience, network, fresh, arrivedAt };
  };
  const guarded = <T>(look: () => Promise<T>): Promise<T | null> => guard(base, look);
  return { ...base, enteredAt, azure, tagsInForce, patience, work, charge: meter.charge, guarded };
};

/** Enters a site for one message, alone; a busy site is come back to. */
export const enter = async (
  message: SiteMessage,
  ports: Ports,
  work: (visit: Visit) => Promise<void>,
): Promise<void> => {
  const { sites } = await sitesInForce(ports.config);
  const site = sites.find((candidate) => candidate.id === message.site);
  if (!site) {
    ports.log.warn('no such site any more', { site: message.site });
    return;
  }
  for (const wallMs of [...busyPauses, null]) {
    try {
      await ports.leases.hold(`site-${site.id}`, async () => {
        const { busy: _, ...entered } = message;
        const visit = await makeVisit(entered, ports, site);
        if (visit !== null) await work(visit);
      });
      return;
    } catch (error) {
      if (!(error instanceof AutomationError) || error.code !== 'ERR_LEASED') throw error;
      if (wallMs !== null) {
        await ports.clock.pause(wallMs);
        continue;
      }
      const notBefore = ports.clock.now() + busyFor(message);
      await ports.messages.send({ ...message, notBefore, busy: (message.busy ?? 0) + 1 });
    }
  }
};
