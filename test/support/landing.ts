import { expect } from 'vitest';
import { questionOf } from '../../shared/record/question.ts';
import type { Journey, SiteChange, Stage } from './journey.ts';
import { incident, startJourney } from './journey.ts';

/** A JSON object of ARM's, as a test takes it apart. */
export type Raw = { [key: string]: unknown };

export type RawChild = { name: string; properties: Raw };

/** The table as ARM holds it now; fails where it is gone. */
export const tableOf = (stage: Stage, journey: Journey): { properties: { routes: RawChild[] } & Raw } & Raw =>
  held(stage, journey.ids.routeTable);

/** The firewall as ARM holds it now; fails where it is gone. */
export const firewallOf = (
  stage: Stage,
  journey: Journey,
): { properties: { networkRuleCollections: RawChild[] } & Raw } & Raw => held(stage, journey.ids.firewall);

const held = <T>(stage: Stage, id: string): T => {
  const body = stage.arm.read(id);
  if (body === undefined) throw new Error(`${id} is gone`);
  return body as T;
};

export const childNamed = <T extends { name: string }>(children: readonly T[], name: string): T => {
  const found = children.find((child) => child.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${children.length}`);
  return found;
};

/** Prefixes the table leads anywhere, sorted. */
export const prefixesOf = (stage: Stage, journey: Journey): string[] =>
  tableOf(stage, journey)
    .properties.routes.map((route) => String(route.properties['addressPrefix']))
    .sort();

const filledByArm = new Set(['etag', 'provisioningState']);

/** As ARM holds it, without what changes at every write. */
export const steady = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(steady) as T;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !filledByArm.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, steady(inner)])) as T;
};

/** A site that is proven and protected at home, with its queue empty. */
export const atHome = async (stage: Stage, change: SiteChange = {}): Promise<Journey> => {
  const journey = await startJourney(stage, change);
  await journey.word({ action: 'resume' });
  await journey.work();
  await journey.word({ action: 'confirmDevice' });
  await journey.work();
  expect(await journey.state()).toMatchObject({ run: null, inPlace: { mode: 'home' }, attention: null });
  journey.mark();
  return journey;
};

/** The incident comes and the site fails over, up to the device's part. */
export const failOver = async (journey: Journey): Promise<void> => {
  await journey.event(incident(journey.subscriptionId));
  await journey.work();
};

/** The device's file is put and the run ends. */
export const confirm = async (journey: Journey): Promise<void> => {
  await journey.word({ action: 'confirmDevice' });
  await journey.work();
};

/** A person says yes to the very question that waits. */
export const approve = async (journey: Journey): Promise<void> => {
  const { waiting } = await journey.state();
  if (waiting === null) throw new Error('no plan waits');
  await journey.word({ action: 'apply', ...questionOf(waiting) });
};

/** The incident is over, a person approves the way back and puts the device's file. */
export const comeHome = async (journey: Journey, at = '2026-07-20T05:00:00.000Z'): Promise<void> => {
  await journey.event(incident(journey.subscriptionId, { status: 'Resolved', at }));
  await journey.work();
  await approve(journey);
  await journey.work();
  await confirm(journey);
};

/** PUTs of this landing zone that ARM took or refused, oldest first. */
export const putsOf = (journey: Journey, id: string) =>
  journey
    .exchanges()
    .filter((exchange) => exchange.method === 'PUT' && exchange.url.toLowerCase().includes(`${id.toLowerCase()}?`));

/** All but reads, whatever became of it: `PUT <url>`. */
export const writesOf = (journey: Journey): string[] =>
  journey
    .exchanges()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, url }) => `${method} ${new URL(url).pathname}`);
