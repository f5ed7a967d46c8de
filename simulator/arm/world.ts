import type { SimClock } from '../clock.ts';
import type { AddressPools } from './addressPools.ts';
import type { JsonObject } from './json.ts';
import type { KeyVaults } from './keyVault.ts';
import type { Env } from './kinds/kind.ts';
import type { Market } from './market.ts';
import type { Operations } from './operations.ts';
import type { Duration, DurationKey } from './settings.ts';
import type { Silences } from './silence.ts';

import type { Tunnels } from './tunnels.ts';
import type { VpnClients } from './vpnClients.ts';
import type { VpnProfiles } from './vpnProfiles.ts';

/** Everything that is there, for the handlers. */
export interface World {
  readonly clock: SimClock;
  readonly env: Env;
  readonly operations: Operations;
  readonly addresses: AddressPools;
  readonly silence: Silences;
  readonly market: Market;
  readonly clients: VpnClients;
  readonly profiles: VpnProfiles;
  readonly tunnels: Tunnels;
  readonly vaults: KeyVaults;
  readonly durations: Readonly<Record<DurationKey, Duration>>;
  readonly endpoint: () => string;
}

/** What a fault does to the write that is being accepted. */
export interface Twist {
  failsWith?: { code: string; message: string };
  neverEnds?: boolean;
  seconds?: number;
  lagSeconds?: number;
}

/** One request, parsed. Header names are in lower case. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | undefined;
  readonly apiVersion: string;
  readonly now: number;
  readonly twist: Twist;
}
