import type { Command } from './command.ts';
import { readOptions, required } from './options.ts';
import { contractOf } from './planContract.ts';
import { planOffline } from './planOffline.ts';
import { printJson } from './printJson.ts';
import { renderPlan } from './renderPlan.ts';

const options = {
  sites: { type: 'string' },
  site: { type: 'string' },
  'service-tags': { type: 'string' },
  'last-good': { type: 'string' },
  event: { type: 'string', multiple: true },
  routes: { type: 'string' },
  now: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const usage = [
  'npm run --silent cli -- plan --sites FILE --site ID --service-tags FILE [...]',
  '',
  'Works offline: says what would be done at one site, and why. Writes nothing.',
  '',
  '  --sites FILE         the sites file (docs/sites.schema.json)',
  '  --site ID            which of its sites',
  '  --service-tags FILE  ServiceTags_*.json as Microsoft publishes it',
  '  --last-good FILE     the file in use until now: what the new one alone takes',
  '                       away waits; tags that vanished or shrank stay as is',
  '  --event FILE         an event payload; as often as you like, in any order',
  '  --routes FILE        the route table as ARM returns it; default: an empty one',
  '  --now ISO            the time to plan at; default: that of the newest event,',
  '                       or now where there is none',
  '  --json               the plan as JSON',
  '',
  'Exit: 0 the plan can be applied (also with nothing to do, or when a person',
  'must approve), 2 it is blocked, 1 wrong input.',
];

export const planCommand: Command = {
  summary: 'Plan one site offline: what would change, and why',
  usage,
  run: async (args, io) => {
    const { values } = readOptions(args, options);
    const files = {
      sites: required(values.sites, 'sites'),
      site: required(values.site, 'site'),
      serviceTags: required(values['service-tags'], 'service-tags'),
      lastGood: values['last-good'],
      events: values.event ?? [],
      routes: values.routes,
      now: values.now,
    };
    const plan = await planOffline(files, io);
    if (values.json) printJson(contractOf(plan), io);
    else io.out(renderPlan(plan, io));
    return plan.applyable ? 0 : 2;
  },
};
