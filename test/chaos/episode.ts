import { createHash } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import { asAutomationError } from '../../shared/base/errors.ts';
import { readSettings } from '../../shared/base/settings.ts';
import { bury } from '../../shared/poison.ts';
import { RangeSet } from '../../shared/ranges/rangeSet.ts';
import { parseTagFile } from '../../shared/ranges/tagFile.ts';
import { sweep } from '../../shared/sweep.ts';
import type { RecordedExchange } from '../../simulator/arm/recorded.ts';
import { startArm } from '../../simulator/arm/server.ts';
import { issueToken } from '../../simulator/arm/tokens.ts';
import { Random } from '../../simulator/tags/random.ts';
import { syntheticGateways } from '../../simulator/tags/syntheticTags.ts';
import { castOf, home } from './cast.ts';
import { Crew } from './crew.ts';
import { DeadRegion } from './deadRegion.ts';
import { endOf } from './ending.ts';
import { newGuid } from './ids.ts';
import { Incidents } from './incidents.ts';
import { dyingLeases, noLeases } from './leases.ts';
import { deviceWith, People } from './people.ts';
import { Publisher } from './publisher.ts';
import { ChaosQueue } from './queue.ts';
import { type Breach, mayHaveWritten, Referee } from './referee.ts';
import { newShelves } from './shelves.ts';
import { newTruth, resourceText, type SiteTruth } from './siteTruth.ts';
import { Strangers } from './strangers.ts';
import { theirsIn } from './theirs.ts';
import { Turnstile } from './turnstile.ts';
import { type Sky, Weather } from './weather.ts';
import { type Sabotage, troubledWire } from './wire.ts';

export type EpisodeOptions = {
  readonly seed: number;
  readonly sites: number;
  /** So many of them live through outages of their whole region. */
  readonly moving: number;
  readonly subscriptions: number;
  readonly instances: number;
  /** Application hours of trouble, after which all calms down. */
  readonly hours: number;
  readonly leases: boolean;
  /** How far the instances' clocks are off at most (ms). */
  readonly skewMs: number;
  /** Whether sites have their rules in a policy and their addresses in a group; drawn for each where it is not said. */
  readonly policies?: boolean;
  /** Services fail, and nothing else goes wrong. */
  readonly calm?: boolean;
  /** The play ends with the first promise that is broken. */
  readonly stopsAtBreach?: boolean;
  /** Who stands at the device says that the file is on it, and has not put it there. */
  readonly liar?: boolean;
};

export type EpisodeResult = {
  readonly options: EpisodeOptions;
  /** Of everything that went over the wire, in order: the same for the same options. */
  readonly trace: string;
  readonly breaches: readonly Breach[];
  readonly turns: number;
  readonly hoursPlayed: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const start = Date.parse('2026-07-20T00:00:00Z');
/** So long everybody has to come home and be proven, with nothing in the way. */
const homecomingHours = 30;

const tokenFor = (audience: string): TokenCredential => {
  const token = issueToken(audience, Date.now(), 24 * 3_600, 'the play');
  return { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 24 * hourMs }) };
};

/** Plays one episode: some hours at home, some of trouble, and the way back to peace. */
export const playEpisode = async (options: EpisodeOptions, sabotage?: Sabotage): Promise<EpisodeResult> => {
  const random = new Random(options.seed);
  const turnstile = new Turnstile(start, random);
  const clock = { now: () => turnstile.now() };
  const arm = await startArm({ clock: clock as never, newGuid: () => newGuid(random) });
  const weather = new Weather(random);
  const dead = new DeadRegion(arm);
  const trace = createHash('sha256');
  const errors = new Map<string, number>();
  const counts = { requests: 0, writes: 0, refused: 0, sweeps: 0, notices: 0 };
  try {
    const cast = castOf(arm, options, random);
    const publisher = new Publisher(random);
    const tags = parseTagFile(publisher.first(), 'the play');
    const truths = new Map<string, SiteTruth>(
      cast.sites.map((site) => [site.id, newTruth(arm, tags, site, cast.moving.has(site.id))]),
    );
    for (const { site, theirs } of truths.values())
      for (const id of Object.values(theirsIn(site.ids.resourceGroup)).filter((each) => arm.read(each) !== undefined))
        theirs.set(id, resourceText(arm, id));
    const toldMs = 90_000 + 2 * options.skewMs;
    const referee: Referee = new Referee(
      arm,
      tags,
      truths,
      {
        open: (subscriptionId) =>
          shelves.facts
            .all()
            .filter(
              (fact) =>
                fact.subscriptionId === subscriptionId &&
                fact.state === 'open' &&
                fact.acts &&
                fact.region === home &&
                Date.parse(fact.heardAt) < turnstile.now() - toldMs &&
                incidents.isOpen(fact.trackingId),
            ),
        intents: (site) => shelves.intents.all().filter((intent) => intent.site === site),
        awayTag: (service) => publisher.lasting.get(service) ?? RangeSet.empty,
        pausedSince: () => people.pausedSince,
        toldMs,
      },
      () => ({ now: turnstile.now(), turn: turnstile.turns }),
    );
    const failed = (code: string, message: string): void => {
      errors.set(code, (errors.get(code) ?? 0) + 1);
      if (code === 'ERR_BUG') referee.breach('-', `an error that nobody foresaw: ${message}`);
    };
    const heard = (): void => {
      for (const request of (arm.requests as RecordedExchange[]).splice(0)) {
        counts.requests += 1;
        trace.update(`${request.at} ${request.method} ${new URL(request.url).pathname} ${request.status}\n`);
        if (request.status === 429) counts.refused += 1;
        if (mayHaveWritten(request)) counts.writes += 1;
        referee.saw(request);
      }
    };
    const shelves = newShelves(
      () => turnstile.now(),
      (state) => referee.claims(state),
      sabotage?.state,
    );
    await shelves.config.write('sites.json', cast.file);
    await shelves.config.write('service-tags/tags-first.json', publisher.first());
    const settings = readSettings({
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      ASEFO_CLOUD: 'AzureGovernment',
      ASEFO_ARM_ENDPOINT: arm.endpoint,
    });
    const queue: ChaosQueue = new ChaosQueue(
      turnstile,
      weather,
      (...given) => crew.hand(...given),
      (text) => {
        const ports = crew.any();
        if (ports !== null) bury(text, ports).catch((error) => failed(asAutomationError(error).code, String(error)));
      },
    );
    const crew: Crew = new Crew(
      {
        turnstile,
        weather,
        shelves,
        settings,
        credential: tokenFor(settings.endpoints.tokenAudience),
        wire: troubledWire(arm, turnstile, weather, dead, heard, sabotage),
        leases: options.leases ? dyingLeases(turnstile) : noLeases(),
        messages: queue.messages,
        notices: {
          tell: async () => {
            counts.notices += 1;
          },
        },
      },
      options.instances,
      options.skewMs,
      failed,
    );
    const door = () => crew.any();
    const incidents = new Incidents(arm, turnstile, door, (error) =>
      failed(asAutomationError(error).code, String(error)),
    );
    const never = RangeSet.unionOf([
      tags.get('GatewayManager')?.ipv4 ?? RangeSet.empty,
      RangeSet.fromPrefixes([`${syntheticGateways[home]}/32`, '168.63.129.16/32']),
    ]);
    const strangers = new Strangers(arm, turnstile, referee);
    const people: People = new People({ arm, turnstile, door, shelves, referee, strangers, never });
    const all = [...truths.values()];
    if (options.stopsAtBreach) referee.onBreach = () => turnstile.end();

    /** Has something done again and again, so far apart, until `over`. */
    const every = (from: number, to: number, over: () => boolean, run: () => void): void => {
      turnstile.at(turnstile.now() + from + random.below(Math.max(1, to - from)), () => {
        if (over()) return;
        run();
        every(from, to, over, run);
      });
    };
    const sweepNow = (): void => {
      const ports = crew.any();
      counts.sweeps += 1;
      if (ports !== null)
        sweep(ports, 'the timer').catch((error) => failed(asAutomationError(error).code, String(error)));
    };
    let over = false;
    let peace = true;
    const never_ = () => over;
    every(15 * minuteMs, 15 * minuteMs + 1, never_, sweepNow);
    for (const truth of all)
      every(minuteMs, 12 * minuteMs, never_, () => {
        people.visit(truth).catch((error) => referee.breach(truth.site.id, `a person met ${String(error)}`));
      });

    people.diligent = options.calm === true;
    people.lies = options.liar === true;
    await turnstile.run(start + 3 * hourMs);
    peace = false;
    const calm = () => peace || over;
    const quiet = () => calm() || options.calm === true;
    const trouble = Math.max(1, options.sites / 5);
    every(10 * minuteMs, 30 * minuteMs, quiet, () => {
      weather.sky = random.pick<Sky>(['calm', 'calm', 'gusty', 'gusty', 'storm']);
    });
    every(minuteMs, (40 * minuteMs) / trouble, calm, () => incidents.begin(random.pick(cast.subscriptions)));
    const [movingSubscription] = cast.subscriptions.slice(-1);
    if (options.moving > 0)
      every(5 * minuteMs, 100 * minuteMs, calm, () => incidents.failRegion(movingSubscription ?? '', dead));
    every(minuteMs, (20 * minuteMs) / trouble, quiet, () => strangers.meddle(random.pick(all)));
    every(5 * minuteMs, 40 * minuteMs, quiet, () => crew.kill());
    every(90 * minuteMs, 240 * minuteMs, quiet, () => {
      const { name, text } = publisher.next();
      void shelves.config.write(name, text);
    });
    every(2 * hourMs, 6 * hourMs, quiet, () => people.pauseAll((5 + random.below(30)) * minuteMs));
    await turnstile.run(start + (3 + options.hours) * hourMs);

    peace = true;
    weather.sky = 'calm';
    people.diligent = true;
    people.resumeAll();
    incidents.end();
    for (const { name, text } of publisher.last()) {
      await shelves.config.write(name, text);
      await turnstile.run(turnstile.now() + hourMs);
    }
    const list = deviceWith(publisher.first(), never).listed;
    let left = all;
    for (let hour = 0; hour < homecomingHours && left.length > 0; hour += 1) {
      await turnstile.run(turnstile.now() + hourMs);
      left = all.filter((truth) => endOf(truth, list, turnstile.now()) !== null);
    }
    for (const truth of left)
      referee.breach(truth.site.id, `did not come home: ${endOf(truth, list, turnstile.now())}`);
    const written = counts.writes;
    sweepNow();
    await turnstile.run(turnstile.now() + hourMs);
    if (counts.writes > written && left.length === 0)
      referee.breach('-', `${counts.writes - written} writes after all was as it should be`);
    over = true;
    crew.dismiss();
    return {
      options,
      trace: trace.digest('hex').slice(0, 16),
      breaches: referee.breaches,
      turns: turnstile.turns,
      hoursPlayed: Math.round((turnstile.now() - start) / hourMs),
      counts: {
        ...counts,
        incidents: incidents.opened,
        outages: incidents.outages,
        moved: referee.checked.moved,
        made: referee.checked.made,
        deleted: referee.checked.deleted,
        ...incidents.told,
        withPolicy: cast.withPolicy,
        withIpGroup: cast.sites.filter(({ firewallRule }) => firewallRule.ipGroup).length,
        messages: queue.handled,
        poisoned: queue.poisoned,
        deaths: crew.deaths,
        tagFiles: publisher.published,
        spoiledTagFiles: publisher.broken,
        writesChecked: referee.checked.writes,
        statesChecked: referee.checked.claims,
      },
      faults: Object.fromEntries([...weather.struck, ...strangers.acts].sort()),
      errors: Object.fromEntries([...errors].sort()),
    };
  } finally {
    await arm.close();
  }
};
