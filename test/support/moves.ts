import { expect } from 'vitest';
import { sideOf } from '../../shared/base/side.ts';
import { readSites, type Site } from '../../shared/base/site.ts';
import { incident, type Journey, type Stage } from './journey.ts';

/** Service Health says that a service the tunnel stands on is unwell at home: the region fails as a whole. */
export const regionFails = (journey: Journey, options: Parameters<typeof incident>[1] = {}): Promise<void> =>
  journey.event(incident(journey.subscriptionId, { names: ['VPN Gateway', 'Storage'], ...options }));

/** A minute later Service Health says of the region that sites move to that what tunnels stand on is unwell, or well again. */
export const texasIs = async (stage: Stage, journey: Journey, status: 'Active' | 'Resolved'): Promise<void> => {
  stage.clock.advance(60_000);
  const at = new Date(stage.clock.now()).toISOString();
  const failing = { names: ['VPN Gateway'], region: 'USGov Texas', trackingId: 'TX-1', status, at };
  await journey.event(incident(journey.subscriptionId, failing));
  await journey.work();
};

/** A sweep looks at the site and, where nothing has to be done, keeps its snapshot and checks where it could go. */
export const sweepOnce = async (journey: Journey): Promise<void> => {
  const { clock, messages } = journey.ports;
  await messages.send({
    kind: 'look',
    because: 'the timer',
    subscriptionIds: null,
    arrivedAt: clock.now(),
    sweep: true,
  });
  await journey.work();
};

/** The site is proven at home, its snapshot kept, its target checked. */
export const settledAtHome = async (journey: Journey): Promise<void> => {
  await sweepOnce(journey);
  await sweepOnce(journey);
};

/** The digest that waits for a person. */
export const askedDigest = async (journey: Journey): Promise<string> => {
  const { move } = await journey.state();
  expect(move?.status, JSON.stringify((await journey.state()).attention)).toBe('awaitingApproval');
  return move?.digest ?? '';
};

/** A person fetches profile and file and puts both on the device; the gateway sees it two minutes later. */
export const loadDevice = async (stage: Stage, journey: Journey, gatewayId: string): Promise<void> => {
  const { move } = await journey.state();
  const kept = await journey.ports.archive.read(move?.profileBlob ?? '');
  const { url } = JSON.parse(kept ?? '{}') as { url: string };
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  stage.arm.loadBundle({ device: journey.site, gatewayId, package: new Uint8Array(await answer.arrayBuffer()) });
};

/** The site as it would stand in its target region. */
export const targetOf = async ({ ports, site }: Journey): Promise<Site> => {
  const sites = readSites((await ports.config.read('sites.json')) ?? '', 'sites.json');
  const found = sites.find(({ id }) => id === site);
  if (found === undefined) throw new Error(`${site} is not in the sites file`);
  return sideOf(found, 'target');
};

export const homeGroup = (journey: Journey): string => `ase-${journey.site}`;

/** Works off messages until the move waits for the device, or can go no further. */
export const untilDevice = async (journey: Journey, most = 400): Promise<void> => {
  for (let done = 0; done < most; done += 1) {
    const { move } = await journey.state();
    if (move?.status !== 'running' || move.steps.some(({ status }) => status === 'waiting')) return;
    if ((await journey.step()) === null) return;
  }
  throw new Error(`the move does not wait for the device after ${most} messages`);
};
