import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from './support/journey.ts';
import { askedDigest, regionFails, settledAtHome, sweepOnce, targetOf, untilDevice } from './support/moves.ts';
import { finishAtDevice, moveOf, notOurs, quickMoves } from './support/moveTrouble.ts';
import { group, rule, startPolicyJourney } from './support/policyZone.ts';

let stage: Stage;
beforeAll(async () => {
  const brief = { create: 25, update: 25, delete: 25 };
  stage = await startStage({
    durations: { ...quickMoves.durations, firewallPolicies: brief, ruleCollectionGroups: brief, ipGroups: brief },
  });
});
afterAll(() => stage.close());

const ntp = group(200, 'Allow', [
  rule({ name: 'ntp', sourceAddresses: ['192.168.150.0/24'], destinationAddresses: ['192.0.2.123'] }),
]);
const dns = group(100, 'Allow', [rule({ name: 'dns', destinationAddresses: ['192.0.2.53'] })]);

describe.each([
  ['rules in a group of ours', {}],
  ['an IP group of ours', { firewallRule: { ipGroup: true } }],
])('a firewall with a policy, a parent and %s', (_, site) => {
  it('is built anew out of a dead region, everybody’s rules with it', async () => {
    const journey = await startPolicyJourney(
      stage,
      { groups: { theirs: ntp }, parentGroups: { base: dns } },
      { site: { ...site, move: { clientAddressPool: '192.168.160.0/24' } } },
    );
    await journey.work();
    await settledAtHome(journey);
    const lift = stage.arm.silence('usgovvirginia');
    await regionFails(journey, { at: new Date(stage.clock.now()).toISOString() });
    await journey.step();
    await journey.step();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    const before = notOurs(stage, journey);
    journey.mark();
    await untilDevice(journey);
    expect((await moveOf(journey)).trouble).toBeNull();
    const { ids } = await targetOf(journey);
    const there = (path: string) => stage.arm.read(`${ids.resourceGroup}/providers/Microsoft.Network/${path}`);
    expect(JSON.stringify(stage.arm.read(ids.firewall))).toContain(
      `${ids.resourceGroup}/providers/Microsoft.Network/firewallPolicies/policy`,
    );
    expect(there('firewallPolicies/policy')?.['properties']).toMatchObject({
      basePolicy: { id: expect.stringContaining(`${ids.resourceGroup}/`) },
    });
    const theirs = JSON.stringify(there('firewallPolicies/policy/ruleCollectionGroups/theirs'));
    expect(theirs).toContain('192.168.160.0/24');
    expect(theirs).not.toContain('192.168.150.');
    expect(JSON.stringify(there('firewallPolicies/base/ruleCollectionGroups/base'))).toContain('192.0.2.53');
    const own = there(`firewallPolicies/policy/ruleCollectionGroups/asefo-${journey.site}`);
    expect(JSON.stringify(own)).toContain('192.168.160.0/24');
    const puts = journey.exchanges().filter(({ method, status }) => method === 'PUT' && status < 300);
    const twice = puts.map(({ url }) => url.split('?')[0]).filter((url, at, all) => all.indexOf(url) !== at);
    expect(twice.map((url) => url?.split('/').slice(-2).join('/'))).toEqual(['routeTables/routetable']);
    await finishAtDevice(stage, journey);
    expect((await journey.state()).residence).toMatchObject({ side: 'target', because: 'outage' });
    expect(notOurs(stage, journey)).toEqual(before);
    lift();
    journey.mark();
    await sweepOnce(journey);
    expect(journey.calls().writes).toBe(0);
    expect(await journey.state()).toMatchObject({ attention: null, run: null });
  });

  it('is taken away whole when the move is turned back', async () => {
    const journey = await startPolicyJourney(stage, { groups: { theirs: ntp }, parentGroups: { base: dns } }, { site });
    await journey.work();
    await settledAtHome(journey);
    const { digest } = (await journey.word({ action: 'move' })) as { digest: string };
    await journey.word({ action: 'apply', digest });
    const before = notOurs(stage, journey);
    await untilDevice(journey);
    await journey.word({ action: 'cancelMove' });
    await journey.work();
    await journey.word({ action: 'apply', digest: await askedDigest(journey) });
    await journey.work(400);
    const { move, lastMoves } = await journey.state();
    expect(move?.trouble ?? null).toBeNull();
    expect(lastMoves?.[0]?.outcome).toBe('removed');
    const left = stage.arm.ids().filter((id) => id.includes(`ase-${journey.site}-usgovtexas`));
    expect(left).toEqual([]);
    expect(notOurs(stage, journey)).toMatchObject(before);
  });
});
