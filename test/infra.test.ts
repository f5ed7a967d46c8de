import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whyNoMove } from '../shared/events/failoverOperation.ts';
import { makeMovePlan } from '../shared/plan/move/makeMovePlan.ts';
import { allows, neededFor } from '../shared/plan/move/preflightRights.ts';
import { moveInput } from './support/moveData.ts';
import { snapshotOf } from './support/zoneData.ts';

const infra = new URL('../infra/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, infra), 'utf8');
const templates = readdirSync(infra).filter((name) => name.endsWith('.bicep'));
/** Without comments; strings stay, since they hold expressions. */
const code = (name: string): string =>
  text(name).replace(/'(?:\\.|[^'\\])*'|\/\/[^\n]*/g, (found) => (found.startsWith('//') ? '' : found));
const named = (kind: 'param' | 'var', name: string): string[] =>
  [...code(name).matchAll(new RegExp(`^${kind} (\\w+)`, 'gm'))].map(([, found = '']) => found);
const source = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/* No bicep CLI comes from the npm registry: what can be checked without one is checked here. */
describe('the templates', () => {
  it.each(templates)('%s closes what it opens', (name) => {
    const bare = code(name).replace(/'(?:\\.|[^'\\])*'/g, '');
    const open: string[] = [];
    const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
    for (const mark of bare.match(/[()[\]{}]/g) ?? []) {
      const partner = pairs[mark];
      if (partner === undefined) open.push(mark);
      else expect(open.pop()).toBe(partner);
    }
    expect(open).toEqual([]);
  });

  it.each(templates)('%s uses every parameter and variable it names', (name) => {
    const uses = (word: string) => code(name).match(new RegExp(`\\b${word}\\b`, 'g'))?.length ?? 0;
    expect([...named('param', name), ...named('var', name)].filter((word) => uses(word) < 2)).toEqual([]);
  });

  it('modules exist, get parameters they know, and get all they need', () => {
    const modules = [...code('main.bicep').matchAll(/^module (\w+) '([^']+)'/gm)].map(
      ([whole, name = '', file = '']) => {
        const body = code('main.bicep').slice(code('main.bicep').indexOf(whole));
        const params = /params: \{([\s\S]*?)\n\s*\}/.exec(body)?.[1] ?? '';
        return { name, file, given: [...params.matchAll(/^\s*(\w+):/gm)].map(([, key = '']) => key) };
      },
    );
    expect(modules.length).toBe(templates.length - 1);
    for (const { file, given } of modules) {
      expect(existsSync(new URL(file, infra))).toBe(true);
      const known = named('param', file);
      const needed = known.filter((word) => !new RegExp(`^param ${word} [^=\\n]+=`, 'm').test(code(file)));
      expect({ file, unknown: given.filter((key) => !known.includes(key)) }).toEqual({ file, unknown: [] });
      expect({ file, missing: needed.filter((word) => !given.includes(word)) }).toEqual({ file, missing: [] });
    }
  });

  it('says at the top that it was never deployed, and where the app has to lie', () => {
    expect(text('main.bicep')).toMatch(/Never deployed .* linted by eye only/);
    expect(text('main.bicep')).toMatch(
      /@description\('Region of the app[^']*outside the home region and outside the failover region/,
    );
  });
});

describe('what the templates say of the app', () => {
  it('every setting is one the product reads', () => {
    const read = source('shared/base/settings.ts') + source('shared/base/doorSettings.ts');
    const known = new Set(read.match(/\b(ASEFO_[A-Z_]+|AzureWebJobsStorage__\w+)\b/g));
    const ofHost = ['AzureWebJobsStorage__credential', 'AzureWebJobsStorage__clientId'];
    const written = code('app.bicep').match(/\b(ASEFO_[A-Z_]+|AzureWebJobsStorage__\w+)\b/g) ?? [];
    expect(written.length).toBeGreaterThan(5);
    expect(written.filter((name) => !known.has(name) && !ofHost.includes(name))).toEqual([]);
  });

  it('alerts go to the route of the trigger that takes them', () => {
    const route = /route: '([^']+)'/.exec(source('functions/serviceHealthWebhook.ts'))?.[1];
    expect(code('watch.bicep')).toContain(`/api/${route}?code=`);
  });

  it('failover operations go to the trigger that takes them, and each is one that moves a resource', () => {
    expect(source('functions/eventGridEvent.ts')).toContain("app.eventGrid('eventGridEvent'");
    expect(code('watch.bicep')).toContain('/functions/eventGridEvent');
    const route = /route: '([^']+)'/.exec(source('functions/eventGridWebhook.ts'))?.[1];
    expect(code('watch.bicep')).toContain(`/api/${route}?code=`);
    const operations = [...code('watch.bicep').matchAll(/'(Microsoft\.[^']+\/action)'/g)].map(([, name = '']) => name);
    expect(operations.filter((name) => whyNoMove(name) !== undefined)).toEqual([]);
    // Event Grid compares with 25 values at most in one filter.
    const followed = source('shared/events/failoverOperation.ts').match(/^ {2}\['microsoft\.[^']+\/action'/gm) ?? [];
    expect(operations.length).toBe(followed.length);
  });

  it('the alert rule hears beginnings and ends alike, of the sites\u2019 regions and of Global', () => {
    expect(code('watch.bicep')).not.toMatch(/field: '(status|properties\.(stage|status))'/i);
    expect(code('watch.bicep')).toContain("union(siteRegions, ['Global'])");
  });

  const actionsOf = (name: string): string[] => {
    const list = new RegExp(`^var ${name} = \\[([\\s\\S]*?)^\\]`, 'm').exec(code('roles.bicep'))?.[1] ?? '';
    return [...list.matchAll(/'([^']+)'/g)].map(([, action = '']) => action);
  };

  it('the app may delete nothing where a site lives, and write only what it plans', () => {
    const actions = [...actionsOf('readerActions'), ...actionsOf('landingZoneActions')];
    expect(actions.length).toBeGreaterThan(15);
    expect(actions.filter((name) => /\/(write|delete)$/.test(name) || name.includes('*'))).toEqual([
      'Microsoft.Network/routeTables/write',
      'Microsoft.Network/azureFirewalls/write',
      'Microsoft.Network/firewallPolicies/ruleCollectionGroups/write',
      'Microsoft.Network/ipGroups/write',
    ]);
  });

  it('the role of a move is enough for every step of one, and has no wildcards', () => {
    const actions = [...actionsOf('landingZoneActions'), ...actionsOf('moveActions')];
    expect(actions.filter((name) => name.includes('*'))).toEqual([]);
    for (const kind of [{}, { firewall: 'policy', vpn: 's2s' }] as const) {
      const plan = makeMovePlan({ ...moveInput(), snapshot: snapshotOf(kind) });
      expect(plan.steps.length).toBeGreaterThan(10);
      const lacking = neededFor(plan).filter((name) => !allows([{ actions }], name));
      expect(lacking).toEqual([]);
    }
  });
});
