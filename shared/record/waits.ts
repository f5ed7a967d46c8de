import type { Site } from '../base/site.ts';
import type { Fact } from '../scope/fact.ts';
import { describeFact } from '../scope/sentences.ts';
import type { Ask } from './ask.ts';
import { askedFileOf } from './askedFile.ts';
import { deviceStepOf, isShadow } from './headline.ts';
import { deviceInHand } from './moveProgress.ts';
import type { MoveView } from './moveView.ts';
import { deviceStepOfMove, explainedByMove, waitsOfMove } from './moveWaits.ts';
import { currentStep, deviceConfirmed, fileWaits } from './progress.ts';
import { questionOf } from './question.ts';
import type { Run, StepRecord } from './run.ts';
import type { SiteState } from './state.ts';
import { momentText, plainText, shortDigest } from './words.ts';

/** Who a site waits for, and what for, in plain words. */
export type Wait = {
  readonly who: 'A person' | 'Azure' | 'The product';
  readonly text: string;
  readonly since: string | null;
  readonly ask: Ask | null;
  /** More to do it with: the device file's name and its short instruction. */
  readonly help: readonly string[];
};

const person = (text: string, since: string | null, ask: Ask | null, help: readonly string[] = []): Wait => ({
  who: 'A person',
  text,
  since,
  ask,
  help,
});

const product = (text: string): Wait => ({ who: 'The product', text, since: null, ask: null, help: [] });

const operationNames: Readonly<Record<StepRecord['id'], string>> = {
  ipGroup: 'the IP group operation',
  firewall: 'the firewall operation',
  routeTable: 'the route table operation',
  deviceBundle: 'the device file',
  deviceConfirm: 'the device',
  verify: 'the proof',
};

const dueText = (step: StepRecord, now: number): string => {
  const due = step.operation?.notBefore ?? step.notBefore;
  return due === null ? '' : `, next look ${momentText(new Date(due).toISOString(), now)}`;
};

const ofDevice = (site: string, state: SiteState, since: string | null, what = 'the file'): Wait => {
  const device = deviceStepOfMove(state.move) ? deviceInHand(state) : state.device;
  const { offered, confirmed } = device;
  // Nobody is asked again for a word that was given and is about to be acted on.
  if (deviceConfirmed({ device }))
    return product(`about to go on: ${plainText(confirmed?.by ?? '')} confirmed the device`);
  const asked = askedFileOf(state);
  if (offered === null) return person('confirm what is on the device', since, null);
  return person(
    `put ${what} ${shortDigest(offered.checksum)} on the device, then confirm`,
    since ?? offered.at,
    { action: 'confirmDevice', site, checksum: offered.checksum, ...(asked && { asker: asked.asker }) },
    [offered.blob, ...offered.instruction],
  );
};

/** What the current run waits for; one thing at a time, since its steps come one after the other. */
const ofRun = (site: string, run: Run, state: SiteState, now: number): Wait => {
  const device = deviceStepOf(run);
  if (device) return ofDevice(site, state, device.startedAt);
  const step = currentStep(run);
  if (step === undefined) return product('closing its run');
  if (step.operation !== null || step.notBefore !== null || step.status === 'waiting') {
    const why = step.why === null ? '' : ` (${plainText(step.why)})`;
    const text = `waiting for ${operationNames[step.id]}${why}${dueText(step, now)}`;
    return { who: 'Azure', text, since: step.startedAt, ask: null, help: [] };
  }
  return product(`${step.status === 'pending' ? 'about to begin' : 'at work'}: ${plainText(step.title)}`);
};

const ofPlan = (site: Site, state: SiteState): Wait[] => {
  const { lastPlan, waiting } = state;
  const blockers = (lastPlan?.blockers ?? []).map(({ code, remedy }) =>
    person(`resolve ${code}: ${plainText(remedy, 400)}`, lastPlan?.at ?? null, null),
  );
  if (isShadow(site.policy.shadow, state)) {
    const digest = waiting?.digest ?? lastPlan?.digest;
    if (digest === undefined) return [product('about to make the first plan')];
    if (blockers.length > 0) return blockers;
    const ask = { action: 'adopt', site: site.id, digest } as const;
    return [
      person(`read the plan ${shortDigest(digest)}, then adopt the site`, waiting?.since ?? lastPlan?.at ?? null, ask),
    ];
  }
  if (waiting === null) return blockers;
  const { digest, why, since } = waiting;
  const approve = person(
    `approve ${shortDigest(digest)} (${plainText(waiting.title)})`,
    since,
    { action: 'apply', site: site.id, ...questionOf(waiting) },
    [plainText(why, 400)],
  );
  return [...blockers, approve];
};

const ofStale = (site: Site, stale: readonly Fact[]): Wait[] => {
  const first = stale[0];
  if (first === undefined) return [];
  const more = stale.length > 1 ? `, and ${stale.length - 1} more` : '';
  const services = site.services.filter((service) => stale.some((fact) => fact.service === service));
  const ask = { action: 'declare', site: site.id, kind: 'home', ...(services.length > 0 ? { services } : {}) } as const;
  const told = plainText(describeFact(first), 300);
  return [
    person(`declare it home if it is over; nothing has been heard for long of ${told}${more}`, first.heardAt, ask),
  ];
};

/** Everything a site waits for, persons' parts in front; empty where nothing is to be done. `heard`: what the facts mean for it. Deterministic. */
export const waitsOf = (
  site: Site,
  state: SiteState,
  move: MoveView | null,
  heard: { readonly stale: readonly Fact[]; readonly outageOver: boolean },
  now: number,
): readonly Wait[] => {
  const { attention, paused, run } = state;
  const offered = fileWaits(state);
  // The file offered last is the move's: who waits for an older one waits for the same act.
  const atMove = deviceStepOfMove(state.move) !== undefined;
  const asked = atMove && deviceStepOf(run) !== undefined;
  const bundle = site.network.vpn === 'p2s' ? 'the VPN profile and the file' : 'the file';
  const all = [
    ...(attention && !explainedByMove(state)
      ? [
          person(`mend what is told under ${attention.code}, then have it looked at again`, attention.since, {
            action: 'resume',
            site: site.id,
          } as const),
        ]
      : []),
    ...(paused
      ? [
          person(
            `resume it; ${paused.by} paused it${paused.reason === '' ? '' : ` (${plainText(paused.reason)})`}`,
            paused.at,
            { action: 'resume', site: site.id } as const,
          ),
        ]
      : []),
    ...(move
      ? waitsOfMove(site.id, state, move, heard.outageOver, (since) => ofDevice(site.id, state, since, bundle), now)
      : []),
    ...(run && !asked && !(paused && !deviceStepOf(run)) ? [ofRun(site.id, run, state, now)] : []),
    ...(run === null && offered && !atMove ? [ofDevice(site.id, state, null)] : []),
    ...ofPlan(site, state),
    ...ofStale(site, heard.stale),
  ];
  return [...all.filter(({ who }) => who === 'A person'), ...all.filter(({ who }) => who !== 'A person')];
};
