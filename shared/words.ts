import { z } from 'zod';
import { answerTo } from './answerTo.ts';
import { iso } from './base/clock.ts';
import { AutomationError } from './base/errors.ts';
import { findSite, type Site } from './base/site.ts';
import { decideFor, type Look, look } from './look.ts';
import { approveMove, decline } from './moveDecision.ts';
import type { MoveAnswer } from './moveSpoken.ts';
import { cancelMove, retryMove } from './moveStop.ts';
import { planned, retire, standby } from './moveWords.ts';
import { nonetheless } from './nonetheless.ts';
import { noteWord } from './noteWord.ts';
import { everySite, pauseAll, resumeAll } from './pauseAll.ts';
import type { MovePlan } from './plan/move/movePlan.ts';
import type { Plan } from './plan/plan.ts';
import type { Ports } from './ports.ts';
import { commandText } from './record/ask.ts';
import { askedFileOf } from './record/askedFile.ts';
import { sitesInForce } from './record/configuration.ts';
import { isShadow } from './record/headline.ts';
import type { Preflight } from './record/move.ts';
import { questionOf } from './record/question.ts';
import { asItLives } from './record/residence.ts';
import type { SiteState } from './record/state.ts';
import { speakTo } from './session.ts';
import { tellPause } from './tellPause.ts';
import { tagsFor } from './visit.ts';
import { wake } from './wake.ts';
import { acceptSnapshot, bringBackSnapshot, checkNow } from './watchWords.ts';

const base = {
  site: z.string().min(1).max(64),
  by: z.string().min(1).max(200).optional(),
  reason: z.string().max(1_000).optional(),
};
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a digest (sha256: and 64 hex digits)');
const question = z
  .string()
  .regex(/^[0-9a-f]{8}$/, 'is not a question (8 hex digits)')
  .optional();
const seen = { digest: digest.optional(), question };
const services = z.array(z.string().min(1).max(80)).max(100).optional();
const expiresAt = z.iso.datetime({ offset: true }).optional();

/**
 * What a person can say to the product. `plan` reads and writes nothing; what `preflight` read is remembered, and the
 * others are remembered; then they are acted on.
 */
export const wordSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('plan'), ...base }),
  z.object({ action: z.literal('apply'), ...base, digest, question }),
  z.object({
    action: z.literal('declare'),
    ...base,
    kind: z.enum(['failover', 'home', 'hold']).default('failover'),
    services,
    region: z.string().max(64).optional(),
    expiresAt,
  }),
  z.object({ action: z.literal('withdraw'), ...base, id: z.string().max(64).optional(), services }),
  z.object({
    action: z.literal('confirmDevice'),
    ...base,
    checksum: z.string().max(80).optional(),
    asker: z.string().max(64).optional(),
  }),
  z.object({ action: z.literal('adopt'), ...base, digest: digest.optional() }),
  z.object({ action: z.literal('pause'), ...base, site: base.site.default(everySite) }),
  z.object({ action: z.literal('resume'), ...base, site: base.site.default(everySite) }),
  z.object({ action: z.literal('move'), ...base, to: z.string().min(1).max(64).optional(), ...seen }),
  z.object({ action: z.literal('decline'), ...base, digest, question }),
  z.object({ action: z.literal('cancelMove'), ...base }),
  z.object({ action: z.literal('retryMove'), ...base }),
  z.object({ action: z.literal('retire'), ...base, ...seen }),
  z.object({ action: z.literal('standby'), ...base, want: z.enum(['up', 'down']), ...seen }),
  z.object({ action: z.literal('preflight'), ...base }),
  z.object({ action: z.literal('acceptSnapshot'), ...base, side: z.enum(['home', 'target']).optional() }),
  z.object({
    action: z.literal('useSnapshot'),
    ...base,
    side: z.enum(['home', 'target']).optional(),
    version: z.string().regex(/^[0-9a-f]{12}$/, 'is not a version (12 hex digits; see: snapshot list)'),
  }),
]);

export type Word = z.infer<typeof wordSchema>;
type WordOf<A extends Word['action']> = Extract<Word, { readonly action: A }>;

/** The answer to a word: what was taken up, in one sentence, and the plan where one was asked for. */
export type Answer = {
  readonly site: string;
  readonly action: string;
  readonly said: string;
  readonly plan?: Plan;
  readonly full?: Plan | null;
  readonly id?: string;
  readonly move?: MovePlan;
  readonly digest?: string;
  readonly question?: string;
  readonly preflight?: Preflight;
};

const nothingWaits = (message: string): AutomationError =>
  new AutomationError('ERR_NOTHING_WAITS', message, { remedy: 'See the status page or: npm run cli -- status' });

const mismatch = (message: string): AutomationError =>
  new AutomationError('ERR_DIGEST_MISMATCH', message, {
    remedy: 'Look at the plan that waits now, and approve that one.',
  });

const stillInShadow = ({ id }: Site, { waiting, lastPlan }: SiteState): AutomationError => {
  const digest = (waiting ?? lastPlan)?.digest;
  return new AutomationError(
    'ERR_NOTHING_WAITS',
    `Site ${id} is in shadow: its plans are shown, none is carried out.`,
    {
      remedy: `To let it write: ${commandText({ action: 'adopt', site: id, ...(digest === undefined ? {} : { digest }) })}`,
    },
  );
};

const planNow = async (site: Site, ports: Ports): Promise<Look> => {
  const { state } = await ports.sites.load(site.id);
  const lives = asItLives(site, state);
  const { decision } = await decideFor(lives, state, ports);
  const tagsInForce = await tagsFor(ports)(site.cloud);
  return look({ site: lives, state, ports, azure: ports, tagsInForce, decision, sweep: true });
};

const apply = async (word: WordOf<'apply'>, site: Site, by: string, ports: Ports): Promise<string> => {
  const { state: known } = await ports.sites.load(site.id);
  const { move, waiting } = known;
  if (move?.status === 'awaitingApproval' && (move.digest === word.digest || waiting === null)) {
    if (isShadow(site.policy.shadow, known)) throw stillInShadow(site, known);
    return approveMove({ site, by, ports }, word.digest, word.question);
  }
  const at = iso(ports.clock.now());
  await speakTo(ports.sites, site.id, (state) => {
    if (state.waiting === null) throw nothingWaits(`No plan of site ${site.id} waits for approval.`);
    if (isShadow(site.policy.shadow, state)) throw stillInShadow(site, state);
    if (state.waiting.digest !== word.digest) {
      throw mismatch(`The plan that waits at site ${site.id} is ${state.waiting.digest}, not ${word.digest}.`);
    }
    const heard = answerTo(state, questionOf(state.waiting), word);
    // Said again it is the same word: whose it was stays as it was first said.
    if (state.approved?.digest === word.digest) return state;
    return { ...heard, approved: { by, at, reason: word.reason ?? '', digest: word.digest } };
  });
  return `approved ${word.digest}`;
};

/** "It is home" said of today must not mute the outage of next week: it ends by itself after a day. */
const homeStandsMs = 24 * 60 * 60 * 1_000;

const expiryOf = (word: WordOf<'declare'>, now: number): string | null => {
  if (word.expiresAt !== undefined) return new Date(word.expiresAt).toISOString();
  return word.kind === 'home' ? iso(now + homeStandsMs) : null;
};

const declare = async (
  word: WordOf<'declare'>,
  site: Site,
  by: string,
  ports: Ports,
): Promise<{ said: string; id: string }> => {
  const unknown = (word.services ?? []).find((service) => !site.services.includes(service));
  if (unknown !== undefined) {
    throw new AutomationError('ERR_USAGE', `Site ${site.id} does not use the service "${unknown}".`, {
      remedy: `Its services: ${site.services.join(', ')}.`,
    });
  }
  if (word.region !== undefined && word.kind === 'failover' && word.region !== site.failover.name) {
    throw new AutomationError(
      'ERR_USAGE',
      `Site ${site.id} fails over to ${site.failover.name}, not to "${word.region}".`,
      { remedy: 'Change failoverRegion in the sites file first.' },
    );
  }
  const id = ports.newId();
  const chosen = word.services ?? [];
  await ports.intents.put({
    id,
    site: site.id,
    kind: word.kind,
    services: chosen,
    reason: word.reason ?? '',
    by,
    at: iso(ports.clock.now()),
    expiresAt: expiryOf(word, ports.clock.now()),
    withdrawnAt: null,
  });
  return { said: `declared ${word.kind} of ${chosen.length > 0 ? chosen.join(', ') : 'all services'}`, id };
};

const withdraw = async (word: WordOf<'withdraw'>, site: Site, ports: Ports): Promise<string> => {
  const live = (await ports.intents.list(site.id)).filter((intent) => intent.withdrawnAt === null);
  const meant = live.filter(
    (intent) =>
      (word.id === undefined || intent.id === word.id) &&
      (word.services === undefined || intent.services.some((service) => word.services?.includes(service))),
  );
  if (meant.length === 0) throw nothingWaits(`No declaration of site ${site.id} stands that this would withdraw.`);
  for (const intent of meant) await ports.intents.put({ ...intent, withdrawnAt: iso(ports.clock.now()) });
  return `withdrew ${meant.map((intent) => intent.id).join(', ')}`;
};

/** Is a file meant by its checksum's beginning, or by none? */
const isNamed = (checksum: string, given: string | undefined): boolean => {
  const start = (given ?? checksum).replace(/^sha256:/, '');
  return start.length >= 8 && checksum.slice('sha256:'.length).startsWith(start);
};

const confirmDevice = async (word: WordOf<'confirmDevice'>, site: Site, by: string, ports: Ports): Promise<string> => {
  const at = iso(ports.clock.now());
  let said = '';
  await speakTo(ports.sites, site.id, (current) => {
    const { move } = current;
    // Whoever names who asks means this asking: the same file may be asked for again.
    if (word.asker !== undefined && askedFileOf(current)?.asker !== word.asker)
      throw nothingWaits(`What was confirmed does not wait for the device of site ${site.id} any more.`);
    // Of two files that wait, the one that leads to the new side; where nothing failed over, both are the same bytes.
    if (move?.device?.offered && isNamed(move.device.offered.checksum, word.checksum)) {
      const { checksum, listHash } = move.device.offered;
      const confirmed = { checksum, listHash, by, at };
      said = checksum;
      return { ...current, move: { ...move, device: { ...move.device, confirmed } } };
    }
    const { offered } = current.device;
    const newest = move?.device?.offered ?? offered;
    if (newest === null) throw nothingWaits(`No file has been prepared for the device of site ${site.id}.`);
    if (offered === null || !isNamed(offered.checksum, word.checksum)) {
      throw new AutomationError(
        'ERR_DIGEST_MISMATCH',
        `The newest file for the device of site ${site.id} is ${newest.checksum}, not ${word.checksum}.`,
        { remedy: 'Put that file on the device, then confirm its checksum, or at least its first 8 hex digits.' },
      );
    }
    const { checksum, listHash } = offered;
    said = checksum;
    return { ...current, device: { ...current.device, confirmed: { checksum, listHash, by, at } } };
  });
  return `confirmed ${said}`;
};

const adopt = async (word: WordOf<'adopt'>, site: Site, by: string, ports: Ports): Promise<string> => {
  const at = iso(ports.clock.now());
  await speakTo(ports.sites, site.id, (state) => {
    const planned = state.waiting?.digest ?? state.lastPlan?.digest ?? null;
    if (word.digest !== undefined && word.digest !== planned)
      throw mismatch(`The first plan of site ${site.id} is ${planned}, not ${word.digest}.`);
    return { ...state, adopted: { by, at, reason: word.reason ?? '', digest: planned } };
  });
  return 'adopted';
};

const setPause = async (word: WordOf<'pause' | 'resume'>, site: Site, by: string, ports: Ports): Promise<string> => {
  const paused = { by, at: iso(ports.clock.now()), reason: word.reason ?? '', digest: null };
  await speakTo(
    ports.sites,
    site.id,
    // Whoever has it go on has mended what was in the way, or wants to see whether it is.
    (state): SiteState => (word.action === 'pause' ? { ...state, paused } : { ...state, paused: null, inVain: null }),
  );
  await tellPause(word.action, { site: site.id, by, reason: paused.reason }, ports);
  return word.action === 'pause' ? 'paused: nothing more is written' : 'resumed';
};

type MoveWord = WordOf<'move' | 'decline' | 'cancelMove' | 'retryMove' | 'retire' | 'standby'>;

const sayOfMove = (word: MoveWord, spoken: Parameters<typeof retire>[0]): Promise<MoveAnswer> => {
  const reason = word.reason ?? '';
  switch (word.action) {
    case 'move':
      return planned(spoken, word.to, word, reason);
    case 'decline':
      return decline(spoken, word, reason);
    case 'cancelMove':
      return cancelMove(spoken, reason);
    case 'retryMove':
      return retryMove(spoken);
    case 'retire':
      return retire(spoken, word);
    case 'standby':
      return standby(spoken, word.want, word);
  }
};

/** Takes in a person's word (`caller` where the body names nobody). Throws AutomationError; nothing is half said. */
export const say = async (word: Word, caller: string, ports: Ports): Promise<Answer> => {
  if (word.site === everySite && (word.action === 'pause' || word.action === 'resume')) {
    const sayToAll = word.action === 'pause' ? pauseAll : resumeAll;
    const by = word.by ?? caller;
    const said = await sayToAll(by, word.reason ?? '', ports);
    await nonetheless('writing the word down', { site: '_all', by, said }, ports, () =>
      noteWord(word, { site: '_all', by, said }, ports),
    );
    return { site: everySite, action: word.action, said };
  }
  const { sites } = await sitesInForce(ports.config);
  const site = findSite(sites, word.site);
  const by = word.by ?? caller;
  const { action } = word;
  if (action === 'plan') {
    const { now, full } = await planNow(site, ports);
    return { site: site.id, action, said: 'planned; nothing is written', plan: now, full };
  }
  if (action === 'preflight') {
    const checked = await checkNow(site, ports);
    // A move that waits for what failed before is planned anew.
    await wake(site.id, { because: `${by} said preflight`, arrivedAt: ports.clock.now() }, ports);
    return { site: site.id, action, ...checked };
  }
  let said: string;
  let id: string | undefined;
  let moved: MoveAnswer | undefined;
  if (action === 'apply') said = await apply(word, site, by, ports);
  else if (action === 'declare') ({ said, id } = await declare(word, site, by, ports));
  else if (action === 'withdraw') said = await withdraw(word, site, ports);
  else if (action === 'confirmDevice') said = await confirmDevice(word, site, by, ports);
  else if (action === 'adopt') said = await adopt(word, site, by, ports);
  else if (action === 'pause' || action === 'resume') said = await setPause(word, site, by, ports);
  else if (action === 'acceptSnapshot') said = await acceptSnapshot(site, word.side, ports);
  else if (action === 'useSnapshot') said = await bringBackSnapshot(site, word.side, word.version, ports);
  else {
    moved = await sayOfMove(word, { site, by, ports });
    ({ said } = moved);
  }
  const about = { site: site.id, by, said };
  await nonetheless('writing the word down', about, ports, () => noteWord(word, about, ports));
  const because = `${by} said ${action}${word.reason ? `: ${word.reason}` : ''}`;
  if (action !== 'pause') {
    const call = { because, arrivedAt: ports.clock.now(), resumes: action === 'resume' };
    // A message that is lost is made good by the sweep.
    await nonetheless('waking the site', about, ports, () => wake(site.id, call, ports));
  }
  const plan = moved?.move
    ? { move: moved.move, digest: moved.move.digest, ...(moved.question ? { question: moved.question } : {}) }
    : {};
  return { site: site.id, action, said, ...(id === undefined ? {} : { id }), ...plan };
};
