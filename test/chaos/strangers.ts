import type { Arm } from '../../simulator/arm/server.ts';
import type { Referee } from './referee.ts';
import { isOurs, type RawFirewall, type RawTable, type SiteTruth } from './siteTruth.ts';
import type { Turnstile } from './turnstile.ts';

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

  /** One of them does something to a site's table or firewall. */
  meddle(truth: SiteTruth): void {
    const { random } = this.#turnstile;
    const acts = [
      'addsRoute',
      'changesRoute',
      'addsRules',
      'locks',
      'dropsOurRoute',
      'divertsOurRoute',
      'dropsOurRules',
    ] as const;
    const act = random.pick(acts);
    this.acts.set(act, (this.acts.get(act) ?? 0) + 1);
    const { ids } = truth.site;
    if (act === 'locks') {
      this.#arm.occupy(random.pick([ids.firewall, ids.routeTable]), 20 + random.below(600));
      return;
    }
    if (act === 'addsRules' || act === 'dropsOurRules') this.#rules(truth, act);
    else this.#routes(truth, act);
    this.#referee.outsiderWrote(truth, act.includes('Our'));
  }

  #routes(truth: SiteTruth, act: 'addsRoute' | 'changesRoute' | 'dropsOurRoute' | 'divertsOurRoute'): void {
    const { random } = this.#turnstile;
    const id = truth.site.ids.routeTable;
    const table = this.#arm.read(id) as unknown as RawTable;
    const routes = [...(table.properties.routes ?? [])];
    const ours = routes.filter(isOurs);
    const victim = ours.length === 0 ? undefined : random.pick(ours);
    if (act === 'addsRoute') {
      const number = random.below(200);
      const name = `theirs-${number}`;
      if (!routes.some((route) => route.name === name))
        routes.push({ name, properties: { addressPrefix: `9.9.${number}.0/24`, nextHopType: 'Internet' } });
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

  #rules(truth: SiteTruth, act: 'addsRules' | 'dropsOurRules'): void {
    const id = truth.site.ids.firewall;
    const firewall = this.#arm.read(id) as unknown as RawFirewall;
    const before = firewall.properties.networkRuleCollections ?? [];
    const number = this.#turnstile.random.below(30);
    const theirs = {
      name: `theirs-${number}`,
      properties: {
        priority: 1_000 + number,
        action: { type: 'Allow' },
        rules: [
          {
            name: 'web',
            protocols: ['TCP'],
            sourceAddresses: ['192.168.150.0/24'],
            destinationAddresses: ['192.0.2.80'],
            destinationPorts: ['443'],
          },
        ],
      },
    };
    const networkRuleCollections =
      act === 'dropsOurRules'
        ? before.filter((collection) => !isOurs(collection))
        : [...before.filter(({ name }) => name !== theirs.name), theirs];
    this.#arm.seed(id, { ...firewall, properties: { ...firewall.properties, networkRuleCollections } } as never);
  }
}
