import { otherSide, type SideName } from '../../shared/base/side.ts';
import type { Site } from '../../shared/base/site.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { group, rule } from '../support/policyZone.ts';
import { isOurs, type Named } from './named.ts';
import type { Referee } from './referee.ts';
import { type RawTable, resourceText, type SideTruth, type SiteTruth } from './siteTruth.ts';
import type { Turnstile } from './turnstile.ts';
import { groupsOf, policyOf } from './wall.ts';

type RawFirewall = { readonly properties: { readonly networkRuleCollections?: readonly Named[] } };

const addresses = '/providers/Microsoft.Network/publicIPAddresses';

/** Whether it stands where a move to that side makes something of ours. */
const takesName = (id: string, { site }: SideTruth): boolean =>
  id.startsWith(`${site.ids.resourceGroup}${addresses}/`) && !id.includes(`${addresses}/theirs`);

/** Other people with rights on the same resources. */
export class Strangers {
  readonly acts = new Map<string, number>();
  readonly #arm: Arm;
  readonly #turnstile: Turnstile;
  readonly #referee: Referee;

  constructor(arm: Arm, turnstile: Turnstile, referee: Referee) {
    this.#arm = arm;
    this.#turnstile = turnstile;
    this.#referee = referee;
  }

  /** One of them does something to a site's table or firewall, or puts something of theirs beside them. */
  meddle(truth: SiteTruth): void {
    const { random } = this.#turnstile;
    const side = truth.moves ? this.#anySide(truth) : truth.sides.home;
    if (truth.moves && random.below(6) === 0) {
      this.#place(truth, truth.sides[random.pick(['home', 'target'] as const)]);
      return;
    }
    const acts = [
      'addsRoute',
      'changesRoute',
      'addsRules',
      'locks',
      'dropsOurRoute',
      'divertsOurRoute',
      'dropsOurRules',
    ] as const;
    const act = random.pick(side.name === 'home' ? acts : acts.filter((each) => each !== 'changesRoute'));
    this.acts.set(act, (this.acts.get(act) ?? 0) + 1);
    const { ids } = side.site;
    if (act === 'locks') {
      const wall = policyOf(this.#arm, side.site) ?? ids.firewall;
      this.#arm.occupy(random.pick([wall, ids.routeTable]), 20 + random.below(600));
      return;
    }
    if (act === 'addsRules' || act === 'dropsOurRules') this.#rules(side, act);
    else this.#routes(side, act);
    this.#referee.outsiderWrote(side, act.includes('Our'));
  }

  /**
   * Somebody does what a failed or blocked move asks for: what took a name of ours is gone, and what others have at home
   * is as it is in the target.
   */
  makeRoom(truth: SiteTruth, to: SideName): void {
    const there = truth.sides[to];
    for (const id of [...truth.theirs.keys()].filter((each) => takesName(each, there))) {
      truth.theirs.delete(id);
      this.#arm.remove(id);
    }
    const here = truth.sides[otherSide(to)];
    const from = this.#arm.read(here.site.ids.routeTable) as unknown as RawTable | undefined;
    const into = this.#arm.read(there.site.ids.routeTable) as unknown as RawTable | undefined;
    if (to !== 'home' || from === undefined || into === undefined) return;
    const theirs = (from.properties.routes ?? []).filter((route) => !isOurs(route));
    const names = new Set(theirs.map(({ name }) => name));
    const routes = [
      ...(into.properties.routes ?? []).filter((route) => isOurs(route) || !names.has(route.name)),
      ...theirs.map(({ name, properties }) => ({ name, properties })),
    ];
    this.#arm.seed(there.site.ids.routeTable, { ...into, properties: { ...into.properties, routes } } as never);
    this.#referee.outsiderWrote(there, false);
  }

  #anySide({ sides }: SiteTruth): SideTruth {
    const { routeTable, firewall } = sides.target.site.ids;
    const stands = [routeTable, firewall].every((id) => this.#arm.read(id) !== undefined);
    return stands && this.#turnstile.random.below(2) === 0 ? sides.target : sides.home;
  }

  /** Something of theirs in one of the site's groups, nobody else's to touch; now and then under a name that is ours. */
  #place(truth: SiteTruth, side: SideTruth): void {
    const { random } = this.#turnstile;
    const { ids, homeRegion, network } = side.site;
    const ours = [`${network.gateway}-ip`, `${network.firewall}-ip`];
    const name = random.below(3) === 0 ? random.pick(ours) : `theirs-${random.below(5)}`;
    const id = `${ids.resourceGroup}${addresses}/${name}`;
    const stands = this.#arm.read(id) !== undefined && !truth.theirs.has(id);
    const into = this.#arm.read(ids.resourceGroup);
    const { provisioningState } = (into?.['properties'] ?? {}) as { provisioningState?: string };
    // Azure takes nothing more into a group that is being deleted: 409 ResourceGroupBeingDeleted.
    if (stands || into === undefined || provisioningState === 'Deleting') return;
    this.acts.set('places', (this.acts.get('places') ?? 0) + 1);
    this.#arm.seed(id, {
      location: homeRegion,
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', ipAddress: '52.127.99.9' },
    });
    truth.theirs.set(id, resourceText(this.#arm, id));
  }

  #routes(
    { name: where, site }: SideTruth,
    act: 'addsRoute' | 'changesRoute' | 'dropsOurRoute' | 'divertsOurRoute',
  ): void {
    const { random } = this.#turnstile;
    const id = site.ids.routeTable;
    const table = this.#arm.read(id) as unknown as RawTable;
    const routes = [...(table.properties.routes ?? [])];
    const ours = routes.filter(isOurs);
    const victim = ours.length === 0 ? undefined : random.pick(ours);
    if (act === 'addsRoute') {
      const number = random.below(200);
      const name = where === 'home' ? `theirs-${number}` : `theirs-there-${number}`;
      const net = where === 'home' ? '9.9' : '9.8';
      if (!routes.some((route) => route.name === name))
        routes.push({ name, properties: { addressPrefix: `${net}.${number}.0/24`, nextHopType: 'Internet' } });
    }
    const changed = routes.flatMap((route) => {
      if (act === 'changesRoute' && route.name === 'theirs')
        return [{ ...route, properties: { ...route.properties, nextHopType: random.pick(['Internet', 'None']) } }];
      if (route !== victim) return [route];
      if (act === 'dropsOurRoute') return [];
      if (act !== 'divertsOurRoute') return [route];
      return [
        { name: route.name, properties: { addressPrefix: route.properties['addressPrefix'], nextHopType: 'Internet' } },
      ];
    });
    this.#arm.seed(id, { ...table, properties: { ...table.properties, routes: changed } } as never);
  }

  #rules(side: SideTruth, act: 'addsRules' | 'dropsOurRules'): void {
    const number = this.#turnstile.random.below(30);
    const name = side.name === 'home' ? `theirs-${number}` : `theirs-there-${number}`;
    const priority = (side.name === 'home' ? 1_000 : 2_000) + number;
    const policy = policyOf(this.#arm, side.site);
    if (act === 'dropsOurRules' && this.#fewerAddresses(side.site)) return;
    if (policy === null) this.#ownRules(side.site, act, name, priority);
    else this.#policyRules(side.site, policy, act, name, priority);
  }

  #ownRules({ ids, network }: Site, act: 'addsRules' | 'dropsOurRules', name: string, priority: number): void {
    const firewall = this.#arm.read(ids.firewall) as unknown as RawFirewall;
    const before = firewall.properties.networkRuleCollections ?? [];
    const web = {
      name: 'web',
      protocols: ['TCP'],
      sourceAddresses: [network.clientAddressPool],
      destinationAddresses: ['192.0.2.80'],
      destinationPorts: ['443'],
    };
    const theirs = { name, properties: { priority, action: { type: 'Allow' }, rules: [web] } };
    const networkRuleCollections =
      act === 'dropsOurRules'
        ? before.filter((collection) => !isOurs(collection))
        : [...before.filter((collection) => collection.name !== name), theirs];
    this.#arm.seed(ids.firewall, {
      ...firewall,
      properties: { ...firewall.properties, networkRuleCollections },
    } as never);
  }

  /** Now and then, where our rule refers to a group of addresses, half of those are taken out of it. */
  #fewerAddresses({ id, ids }: Site): boolean {
    const ipGroup = `${ids.resourceGroup}/providers/Microsoft.Network/ipGroups/asefo-${id}`;
    const held = this.#arm.read(ipGroup) as { properties: { ipAddresses: string[] } } | undefined;
    if (held === undefined || this.#turnstile.random.below(2) === 0) return false;
    const ipAddresses = held.properties.ipAddresses.filter((_, index) => index % 2 === 0);
    this.#arm.seed(ipGroup, { ...held, properties: { ...held.properties, ipAddresses } } as never);
    return true;
  }

  /** Ours go as a group, or the collection in it does. */
  #policyRules(
    { network }: Site,
    policy: string,
    act: 'addsRules' | 'dropsOurRules',
    name: string,
    priority: number,
  ): void {
    if (act === 'addsRules') {
      const web = rule({
        name: 'web',
        ipProtocols: ['TCP'],
        sourceAddresses: [network.clientAddressPool ?? '*'],
        destinationAddresses: ['192.0.2.80'],
        destinationPorts: ['443'],
      });
      this.#arm.seed(`${policy}/ruleCollectionGroups/${name}`, group(priority, 'Allow', [web]));
      return;
    }
    const [ours] = [...groupsOf(this.#arm, policy)].filter(([, held]) => isOurs(held));
    if (ours === undefined) return;
    const [id, held] = ours;
    if (this.#turnstile.random.below(2) === 0) this.#arm.remove(id);
    else this.#arm.seed(id, { ...held, properties: { ...held.properties, ruleCollections: [] } } as never);
  }
}
