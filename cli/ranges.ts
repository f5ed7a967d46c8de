import type { Command, Io } from './command.ts';
import { misused } from './options.ts';

const usage = [
  'npm run --silent cli -- ranges report --service-tags FILE [OPTIONS]',
  'npm run --silent cli -- ranges curve  --service-tags FILE --sites FILE --site ID',
  'npm run --silent cli -- ranges curve  --service-tags FILE --tags T1,T2,...',
  'npm run --silent cli -- ranges diff   OLD NEW [--sites FILE [--site ID]]',
  'npm run --silent cli -- ranges who    ADDRESS --service-tags FILE [--sites FILE]',
  '',
  'All of it works offline, on empty route tables: what is foreign in yours counts',
  'in routeBudget.reserve. Writes nothing but the file of --html.',
  '',
  'report   routes by strategy, what is left of the limit, the price of fitting:',
  '         for each site at home and failed over, else for every region pair of',
  "         the file's cloud (both AzureCloud tags and the two directory tags)",
  'curve    the price in extra addresses of every number of routes',
  'diff     which tags changed between two files, and what that does to each site',
  'who      which tags and region an address or CIDR belongs to, whether it is a',
  '         hole or special, and which sites lead it to their firewall, and why',
  '',
  '  --service-tags FILE  ServiceTags_*.json as Microsoft publishes it',
  '  --sites FILE         the sites file (docs/sites.schema.json)',
  '  --site ID            one of its sites',
  '  --limit N            report, curve: routes in a table, instead of what the',
  '                       sites file says (400 where there is none)',
  '  --max-extra PERCENT  report, curve: what summarize may cost, instead of the',
  "                       site's maxExtraPercent (1 where there is none)",
  '  --services A,B       curve: these services failed over; default: all of the',
  '                       site. An empty one: the site at home',
  '  --tags T1,T2,...     curve: these tags together, whatever a site needs',
  '  --html FILE          report, curve: one page that works by itself, with the',
  '                       curve and a picture of the address space',
  '  --json               the result as JSON',
];

type Verb = (args: readonly string[], io: Io) => Promise<number>;

const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  report: async () => (await import('./ranges/report.ts')).report,
  curve: async () => (await import('./ranges/curveCommand.ts')).curve,
  diff: async () => (await import('./ranges/diff.ts')).diff,
  who: async () => (await import('./ranges/who.ts')).who,
};

export const rangesCommand: Command = {
  summary: 'What tags cost in routes: report, curve, diff, who',
  usage,
  run: async ([name = '', ...args], io) => {
    const load = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!load) {
      throw misused(
        name === '' ? 'ranges does nothing by itself.' : `ranges ${name.slice(0, 60)}: that is not a command.`,
        `Say ranges ${Object.keys(verbs).join(', ranges ')}.`,
      );
    }
    return (await load())(args, io);
  },
};
