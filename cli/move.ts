import { type App, appOptions, appUsage, findApp } from './app.ts';
import { planMeant } from './askedNow.ts';
import type { Command, Io } from './command.ts';
import { moveStatus } from './moveStatus.ts';
import { misused, readOptions, required } from './options.ts';
import { propose } from './proposal.ts';
import { readDigest } from './speak.ts';

const options = {
  site: { type: 'string' },
  to: { type: 'string' },
  digest: { type: 'string' },
  question: { type: 'string' },
  checksum: { type: 'string' },
  reason: { type: 'string' },
  every: { type: 'string' },
  by: { type: 'string' },
  yes: { type: 'boolean' },
  watch: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Name = keyof typeof options;
type Values = {
  readonly [N in Name]?: (typeof options)[N]['type'] extends 'boolean' ? boolean : string;
};

/** Who says what of which site. */
type Said = { readonly site: string; readonly by: string; readonly reason?: string };
type Asked = { readonly app: App; readonly values: Values; readonly said: Said; readonly io: Io };

type Verb = {
  /** What it does; fits a line of the help beside its name. */
  readonly summary: string;
  /** Options of its own, beside --site, --app, --key and --json. */
  readonly takes: readonly Name[];
  /** Refuses what is asked wrongly before anything is sent. */
  check?(values: Values): void;
  run(asked: Asked): Promise<number>;
};

/** A word that is said, and answered with a sentence or with a plan to be approved. */
const saying = (action: string, summary: string, takes: readonly Name[], needsDigest = false): Verb => ({
  summary,
  takes: [...takes, 'reason', 'by'],
  check: ({ digest }) => void readDigest(needsDigest ? required(digest, 'digest') : digest),
  run: async ({ app, values, said, io }) => {
    const { checksum, yes, json = false } = values;
    const word = { action, ...said, ...(await planMeant(app, said.site, values)), ...(checksum ? { checksum } : {}) };
    return propose(app, word, { approval: yes ? 'now' : 'later', json }, io);
  },
});

const verbs: Readonly<Record<string, Verb>> = {
  plan: {
    summary: 'propose moving the whole site, and show it; it then waits',
    takes: ['to', 'reason', 'by'],
    run: ({ app, values: { to, json = false }, said, io }) =>
      propose(app, { action: 'move', ...said, ...(to ? { to } : {}) }, { approval: 'later', json }, io),
  },
  start: {
    summary: 'the same, and begin it once you have approved what you saw',
    takes: ['to', 'digest', 'question', 'yes', 'reason', 'by'],
    check: ({ digest }) => void readDigest(digest),
    run: async ({ app, values, said, io }) => {
      const { to, yes, json = false } = values;
      const word = { action: 'move', ...said, ...(to ? { to } : {}), ...(await planMeant(app, said.site, values)) };
      return propose(app, word, { approval: yes ? 'now' : 'ask', json }, io);
    },
  },
  status: {
    summary: 'done, under way, next, time to go, who waits for whom',
    takes: ['watch', 'every'],
    run: ({ app, values: { watch = false, every, json = false }, said, io }) =>
      moveStatus(app, said.site, { json, watch, every }, io),
  },
  approve: saying('apply', 'approve the very move that waits', ['digest', 'question'], true),
  decline: saying('decline', 'decline it', ['digest', 'question'], true),
  cancel: saying('cancelMove', 'stop it; what it made is proposed to be taken down', ['yes']),
  retry: saying('retryMove', 'go on at the step that failed', []),
  'confirm-device': saying('confirmDevice', 'the bundle is on the device', ['checksum']),
  retire: saying('retire', 'propose taking down the side that was left', ['digest', 'question', 'yes']),
};

const usage = [
  'npm run --silent cli -- move VERB --site ID [OPTIONS]',
  '',
  'Moves a whole site to its other region, and back. Nothing is written before',
  'the very plan that was shown is approved by its digest.',
  '',
  ...Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`),
  '',
  '  --site ID        the site',
  '  --to REGION      plan, start: where to; default: the side it does not live on',
  '  --digest SHA     start, approve, decline, retire: sha256:... of what you saw',
  '  --question ID    with --digest: of the asking you saw; default: what waits now',
  '  --yes            start, cancel, retire: approve whatever plan comes',
  '  --checksum SHA   confirm-device: of the file that is there, or its beginning',
  '  --watch          status: go on until the move is over or failed',
  '  --every SECONDS  status --watch: how often to look; default: 10',
  '  --reason TEXT    why; people will read it',
  '  --by NAME        who says it; default: the name you are logged in with',
  '  --json           the answer as JSON; status --watch: a line each time',
  ...appUsage,
  '',
  'Without a verb: start. To stop between two steps: pause and resume.',
  'Exit: 0 fine, 1 wrong input or a failed call, 2 it is blocked; status: 2 where',
  'the move is blocked or failed.',
];

const always: readonly string[] = ['site', 'json'];

export const moveCommand: Command = {
  summary: 'Move a whole site: plan, start, watch, approve, cancel, retire',
  usage,
  run: async (args, io) => {
    const [first = ''] = args;
    const spoken = first !== '' && !first.startsWith('-');
    const verb = Object.hasOwn(verbs, spoken ? first : 'start') ? verbs[spoken ? first : 'start'] : undefined;
    if (verb === undefined) {
      throw misused(`move ${first.slice(0, 60)} is not a command.`, `Say move ${Object.keys(verbs).join(', ')}.`);
    }
    const known = Object.fromEntries(
      Object.entries(options).filter(([name]) => [...always, ...verb.takes].includes(name)),
    );
    const words = spoken ? args.slice(1) : args;
    const values = readOptions(words, { ...appOptions, ...known }).values as Values & { app?: string; key?: string };
    const site = required(values.site, 'site');
    verb.check?.(values);
    const said = { site, by: values.by ?? io.user, ...(values.reason ? { reason: values.reason } : {}) };
    return verb.run({ app: await findApp(values, io), values, said, io });
  },
};
