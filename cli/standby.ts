import { wrap } from '../shared/base/wrap.ts';
import type { SiteView } from '../shared/record/siteView.ts';
import { appOptions, appUsage, findApp } from './app.ts';
import { planMeant } from './askedNow.ts';
import type { Command, Io } from './command.ts';
import { fetchSite } from './moveStatus.ts';
import { misused, onlyWord, readOptions, required } from './options.ts';
import { propose } from './proposal.ts';
import { readDigest } from './speak.ts';

const options = {
  ...appOptions,
  site: { type: 'string' },
  digest: { type: 'string' },
  question: { type: 'string' },
  yes: { type: 'boolean' },
  reason: { type: 'string' },
  by: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const usage = [
  'npm run --silent cli -- standby up|down|status --site ID [OPTIONS]',
  '',
  'A standby is VNet, firewall and gateway kept ready on the side where the site',
  'does not live: a move then takes minutes, and Azure bills it meanwhile.',
  '',
  '  up, down         propose building it, or taking it down; it then waits',
  '  status           what stands there, resource by resource',
  '',
  '  --site ID        the site',
  '  --digest SHA     up, down: sha256:... of the plan you saw; approves it',
  '  --question ID    with --digest: of the asking you saw; default: what waits now',
  '  --yes            approve whatever plan comes',
  '  --reason TEXT    why; people will read it',
  '  --by NAME        who says it; default: the name you are logged in with',
  '  --json           the answer as JSON',
  ...appUsage,
  '',
  'Exit: 0 fine, 1 wrong input or a failed call, 2 it is blocked.',
];

/** Work on the standby; a move of the site itself is shown by `move status`. */
const workText = ({ move }: SiteView): string | null =>
  move?.reason === 'standbyUp' || move?.reason === 'teardown' ? `${move.title}: ${move.pace}` : null;

const show = (site: SiteView, json: boolean, io: Io): number => {
  const { id, standby, standing, failover } = site;
  const work = workText(site);
  if (json) {
    io.out(`${JSON.stringify({ site: id, wanted: standby, standing, work }, null, 2)}\n`);
    return 0;
  }
  const found =
    standing === null ? `nothing is known to stand in ${failover.displayName}` : standing.text.split(':')[0];
  const lines = [
    ...wrap(`${id}: ${standby} by the sites file; ${found}`, io.width),
    ...(standing?.resources.map((text) => `  ${text}`) ?? []),
    ...(standing === null ? [] : [`  as of ${standing.at.slice(0, 19).replace('T', ' ')} UTC`]),
    ...(work === null ? [] : wrap(work, io.width)),
  ];
  io.out(`${lines.join('\n')}\n`);
  return 0;
};

export const standbyCommand: Command = {
  summary: 'Keep the other side standing, take it down, or see what stands',
  usage,
  run: async (args, io) => {
    const { values, positionals } = readOptions(args, options, true);
    const verb = onlyWord(positionals, 'up, down or status');
    if (!['up', 'down', 'status'].includes(verb)) {
      throw misused(
        `standby ${verb.slice(0, 60)} is not a command.`,
        'Say standby up, standby down or standby status.',
      );
    }
    const site = required(values.site, 'site');
    const digest = readDigest(values.digest);
    const { json = false } = values;
    const app = await findApp(values, io);
    if (verb === 'status') return show((await fetchSite(app, site)).site, json, io);
    const said = { site, by: values.by ?? io.user, ...(values.reason ? { reason: values.reason } : {}) };
    const approval = values.yes ? 'now' : 'later';
    return propose(
      app,
      { action: 'standby', ...said, want: verb, ...(await planMeant(app, site, { ...values, digest })) },
      { approval, json },
      io,
    );
  },
};
