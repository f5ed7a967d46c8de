import { isObject } from '../shared/base/canonical.ts';
import { wrap } from '../shared/base/wrap.ts';
import { time } from '../shared/events/payload.ts';
import type { Plan } from '../shared/plan/plan.ts';
import { appOptions, appUsage, findApp } from './app.ts';
import { askedNow } from './askedNow.ts';
import type { Command, Io } from './command.ts';
import { listOf, misused, readOptions, required } from './options.ts';
import { contractOf } from './planContract.ts';
import { renderPlan } from './renderPlan.ts';
import { readDigest, showSaid, speak } from './speak.ts';

const options = {
  ...appOptions,
  site: { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
  digest: { type: 'string' },
  question: { type: 'string' },
  services: { type: 'string' },
  kind: { type: 'string' },
  expires: { type: 'string' },
  id: { type: 'string' },
  checksum: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Name = Exclude<keyof typeof options, 'json' | 'all'>;
type Values = Readonly<Partial<Record<Name, string>>>;

/** A word of the door `manualRun`, as a command. */
type Spoken = {
  readonly summary: string;
  readonly about: readonly string[];
  /** Options of its own, beside --site, --by, --app, --key and --json. */
  readonly takes: readonly Name[];
  /** May be said to every site at once, with --all. */
  readonly forAll?: boolean;
  word(values: Values): Readonly<Record<string, unknown>>;
};

const optionLines: Partial<Record<Name, string>> = {
  reason: '  --reason TEXT    why; people will read it',
  digest: '  --digest SHA     sha256:... of the plan you saw',
  question: '  --question ID    of the asking you saw; default: the one that waits now',
  services: '  --services A,B   some of its services; default: all of them',
  kind: '  --kind KIND      failover (default), home (they are back), hold (no change)',
  expires: '  --expires ISO    until when it stands; home: a day, else until withdrawn',
  id: '  --id ID          which declaration',
  checksum: '  --checksum SHA   of the file that is on the device, or its beginning',
};

const asTime = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const read = time(text);
  if (read !== undefined) return read;
  throw misused(`--expires: "${text.slice(0, 60)}" is not a time.`, 'Write it as 2026-07-20T03:00:00Z.');
};

const asKind = (text: string | undefined): string => {
  const kinds = ['failover', 'home', 'hold'];
  if (text === undefined || kinds.includes(text)) return text ?? 'failover';
  throw misused(`--kind: "${text.slice(0, 60)}" is none.`, `Say one of ${kinds.join(', ')}.`);
};

const spoken: Readonly<Record<string, Spoken>> = {
  'plan-now': {
    summary: 'Plan one site from what is in Azure now; writes nothing',
    about: ['Exit: 0 the plan can be applied, 2 it is blocked, 1 the call failed.'],
    takes: [],
    word: () => ({ action: 'plan' }),
  },
  approve: {
    summary: 'Approve the plan that waits, by its digest',
    about: ['The digest is on the status page, in `status` and in `plan-now`.'],
    takes: ['digest', 'question', 'reason'],
    word: ({ digest, question }) => ({ action: 'apply', digest: readDigest(required(digest, 'digest')), question }),
  },
  declare: {
    summary: 'Declare services failed over, back home, or to be left alone',
    about: ['What a person declares goes before what events say, until withdrawn or expired.'],
    takes: ['services', 'kind', 'reason', 'expires'],
    word: ({ services, kind, reason, expires }) => ({
      action: 'declare',
      kind: asKind(kind),
      services: listOf(services),
      reason: required(reason, 'reason'),
      expiresAt: asTime(expires),
    }),
  },
  withdraw: {
    summary: 'Withdraw what was declared',
    about: ['Without --id and --services: everything declared for the site.'],
    takes: ['id', 'services', 'reason'],
    word: ({ id, services }) => ({ action: 'withdraw', id, services: listOf(services) }),
  },
  'confirm-device': {
    summary: "Confirm that the newest file is on the site's device",
    about: [],
    takes: ['checksum', 'reason'],
    word: ({ checksum }) => ({ action: 'confirmDevice', checksum }),
  },
  adopt: {
    summary: 'Let a site in shadow be written to, from its first plan on',
    about: [],
    takes: ['digest', 'reason'],
    word: ({ digest }) => ({ action: 'adopt', digest: readDigest(digest) }),
  },
  pause: {
    summary: 'Write nothing more at a site, or with --all at every site',
    about: ['A step under way is finished; no other is begun until resume.'],
    takes: ['reason'],
    forAll: true,
    word: () => ({ action: 'pause' }),
  },
  resume: {
    summary: 'Go on at a paused site; also: look at it now',
    about: ['A site that was paused on its own stays so after --all.'],
    takes: ['reason'],
    forAll: true,
    word: () => ({ action: 'resume' }),
  },
};

const isPlan = (value: unknown): value is Plan =>
  isObject(value) && isObject(value['routeTable']) && isObject(value['budget']);

/** The plan that may be carried out, and what waits for a person where that is more. */
const showPlans = (answer: Record<string, unknown>, json: boolean, io: Io): number => {
  const { plan, full } = answer;
  if (!isPlan(plan))
    throw misused('The app answered without a plan.', 'Is it of the same version as this command line?');
  const whole = isPlan(full) ? full : null;
  if (json) io.out(`${JSON.stringify({ ...contractOf(plan), full: whole && contractOf(whole) }, null, 2)}\n`);
  else if (whole === null) io.out(renderPlan(plan, io));
  else {
    const heading = (text: string) => `${io.paint(['bold', 'underline'], text)}\n\n`;
    io.out(
      `${heading('What policy allows now')}${renderPlan(plan, io)}\n${heading('All that is wanted')}${renderPlan(whole, io)}`,
    );
  }
  return (whole ?? plan).applyable ? 0 : 2;
};

/** One of --site and --all. */
const siteMeant = ({ site, all }: { readonly site?: string; readonly all?: boolean }): string => {
  if (all !== true) return required(site, 'site');
  if (site === undefined) return '*';
  throw misused('--site and --all are both given.', 'Say one of them.');
};

/** The command of one word. */
export const sayCommand = (name: keyof typeof spoken & string): Command => {
  const entry = spoken[name];
  if (!entry) throw new Error(`there is no word ${name}`);
  const { summary, about, takes, word, forAll = false } = entry;
  const known = Object.fromEntries(
    Object.entries(options).filter(([option]) =>
      ['site', 'by', 'app', 'key', 'json', ...(forAll ? ['all'] : []), ...takes].includes(option),
    ),
  );
  const own = takes.map((option) => optionLines[option] ?? '');
  const usage = [
    `npm run --silent cli -- ${name} ${forAll ? '(--site ID | --all)' : '--site ID'}${takes.length > 0 ? ' [OPTIONS]' : ''}`,
    '',
    ...(about.length > 0 ? [...about, ''] : []),
    '  --site ID        the site',
    ...(forAll ? ['  --all            every site: one switch for all of them'] : []),
    ...own,
    '  --by NAME        who says it; default: the name you are logged in with',
    '  --json           the answer as JSON',
    ...appUsage,
  ];
  const run: Command['run'] = async (args, io) => {
    const values = readOptions(args, known).values as Values & { json?: boolean; all?: boolean };
    const site = siteMeant(values);
    const spokenWord = word(values);
    const app = await findApp(values, io);
    const { digest, question } = values;
    const asked = name === 'approve' && digest && !question ? await askedNow(app, site, digest) : null;
    if (asked !== null && !values.json) io.out(`${wrap(`${site}: ${asked.text}`, io.width).join('\n')}\n`);
    const answer = await speak(app, {
      ...spokenWord,
      ...(asked === null ? {} : { question: asked.question }),
      site,
      by: values.by ?? io.user,
      ...(values.reason ? { reason: values.reason } : {}),
    });
    const show = name === 'plan-now' ? showPlans : showSaid;
    return show(answer, values.json ?? false, io);
  };
  return { summary, usage, run };
};
