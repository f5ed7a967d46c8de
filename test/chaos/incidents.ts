import { iso } from '../../shared/base/clock.ts';
import { readEvent } from '../../shared/events/readEvent.ts';
import { hear } from '../../shared/hear.ts';
import type { Ports } from '../../shared/ports.ts';
import type { Arm } from '../../simulator/arm/server.ts';
import { commonAlert, healthEvent } from '../eventsData.ts';
import type { DeadRegion } from './deadRegion.ts';
import type { Turnstile } from './turnstile.ts';

const regionName = 'USGov Virginia';
const spelt = ['Storage', 'Key Vault', 'Event Hubs', 'Service Bus'] as const;
/** The tunnel stands on it: where it fails, the region does. */
const tunnel = 'VPN Gateway';
const minuteMs = 60_000;

type Incident = {
  readonly trackingId: string;
  readonly subscriptionId: string;
  readonly names: readonly string[];
  readonly since: number;
  /** When it last changed, and to what. */
  at: number;
  open: boolean;
};

/** Service Health: incidents that open and close, of which people and doors hear late, twice, out of order or never. */
export class Incidents {
  opened = 0;
  /** Of those, the ones of a whole region. */
  outages = 0;
  #dead: DeadRegion | null = null;
  /** What was told of them, and what became of the telling. */
  readonly told = { delivered: 0, dropped: 0, twice: 0, refused: 0 };
  readonly #arm: Arm;
  readonly #turnstile: Turnstile;
  readonly #door: () => Ports | null;
  readonly #failed: (error: unknown) => void;
  readonly #all: Incident[] = [];

  constructor(arm: Arm, turnstile: Turnstile, door: () => Ports | null, failed: (error: unknown) => void) {
    this.#arm = arm;
    this.#turnstile = turnstile;
    this.#door = door;
    this.#failed = failed;
  }

  isOpen(trackingId: string): boolean {
    return this.#all.some((incident) => incident.trackingId === trackingId && incident.open);
  }

  /** One more, of some services, in one subscription; it ends by itself, and one in four comes and goes for an hour. */
  begin(subscriptionId: string): void {
    const { random } = this.#turnstile;
    const names = spelt.filter(() => random.below(2) === 0);
    const incident = this.#opened(subscriptionId, names.length === 0 ? ['Storage'] : names);
    const flaps = random.below(4) === 0 ? 2 * (1 + random.below(10)) : 0;
    for (let flap = 1; flap <= flaps; flap += 1) this.#later(flap * 3 * minuteMs, incident, flap % 2 === 0);
    this.#later((flaps * 3 + 30 + random.below(240)) * minuteMs, incident, false);
  }

  /** The region fails as a whole, for one subscription; in two outages of three its ARM answers nothing, in one of three ways. */
  failRegion(subscriptionId: string, dead: DeadRegion): void {
    const { random } = this.#turnstile;
    if (this.#all.some(({ open, names }) => open && names.includes(tunnel))) return;
    this.outages += 1;
    const incident = this.#opened(subscriptionId, random.below(2) === 0 ? [tunnel] : [tunnel, 'Storage']);
    dead.mode = random.pick([null, null, 'refused', 'hanging', 'unavailable', 'unavailable']);
    this.#dead = dead;
    this.#later((20 + random.below(150)) * minuteMs, incident, false);
  }

  #opened(subscriptionId: string, names: readonly string[]): Incident {
    this.opened += 1;
    const now = this.#turnstile.now();
    const trackingId = `PLAY-${this.opened}`;
    const incident: Incident = { trackingId, subscriptionId, names, since: now, at: now, open: true };
    this.#all.push(incident);
    this.#changed(incident);
    return incident;
  }

  /** All are over, and Azure says so to whoever asks. */
  end(): void {
    for (const incident of this.#all) if (incident.open) this.#turn(incident, false);
  }

  #later(afterMs: number, incident: Incident, open: boolean): void {
    this.#turnstile.at(this.#turnstile.now() + afterMs, () => {
      if (incident.open !== open) this.#turn(incident, open);
    });
  }

  #turn(incident: Incident, open: boolean): void {
    if (!open && incident.names.includes(tunnel) && this.#dead !== null) this.#dead.mode = null;
    incident.open = open;
    incident.at = this.#turnstile.now();
    this.#changed(incident);
  }

  #changed(incident: Incident): void {
    const { subscriptionId } = incident;
    this.#arm.setHealthEvents(
      subscriptionId,
      this.#all.filter((one) => one.subscriptionId === subscriptionId).map((one) => this.#listed(one)),
    );
    const { random } = this.#turnstile;
    const { names, at, open, since, trackingId } = incident;
    const payload = commonAlert({
      subscriptionId,
      trackingId,
      services: names.map((name) => [name, regionName] as const),
      status: open ? 'Active' : 'Resolved',
      at: iso(at),
      since: iso(since),
    });
    if (random.below(4) === 0) {
      this.told.dropped += 1;
      return;
    }
    const times = random.below(5) === 0 ? 2 : 1;
    if (times === 2) this.told.twice += 1;
    for (let time = 0; time < times; time += 1) {
      const lateMs = random.below(3) === 0 ? random.below(30 * minuteMs) : random.below(minuteMs);
      this.#turnstile.at(this.#turnstile.now() + lateMs, () => this.#knock(payload, 3));
    }
  }

  /** An action group tries three times. */
  #knock(payload: unknown, tries: number): void {
    const door = this.#door();
    const again = (): void => {
      this.told.refused += 1;
      if (tries > 1) this.#turnstile.at(this.#turnstile.now() + minuteMs, () => this.#knock(payload, tries - 1));
    };
    if (door === null) {
      again();
      return;
    }
    hear(readEvent(payload), 'an event', door).then(
      () => {
        this.told.delivered += 1;
      },
      (error: unknown) => {
        this.#failed(error);
        again();
      },
    );
  }

  #listed({ trackingId, names, since, at, open, subscriptionId }: Incident) {
    const event = healthEvent(
      {
        trackingId,
        since: iso(since),
        at: iso(at),
        status: open ? 'Active' : 'Resolved',
        services: names.map((name) => [name, regionName] as const),
      },
      () => (open ? 'Active' : 'Resolved'),
    );
    const id = `/subscriptions/${subscriptionId}/providers/Microsoft.ResourceHealth/events/${trackingId}`;
    return { id, ...event } as never;
  }
}
