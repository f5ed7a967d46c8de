import type { Answer } from './answer.ts';
import { etagMismatch } from './faults.ts';
import type { ResourceId } from './ids.ts';
import type { JsonObject } from './json.ts';
import { stringAt } from './json.ts';
import { azureFirewalls, ipv6InRules } from './kinds/azureFirewalls.ts';
import { ipGroups } from './kinds/ipGroups.ts';
import type { Kind } from './kinds/kind.ts';
import { ipv6InGroup, ruleCollectionGroups } from './kinds/ruleCollectionGroups.ts';
import { plainLocation } from './locations.ts';
import type { Operation, OperationError } from './operations.ts';
import { operationUrl } from './operations.ts';
import type { Duration } from './settings.ts';
import { etagOf, newEtag, stamp } from './shape.ts';
import type { Stored } from './store.ts';
import type { Call, World } from './world.ts';

/** A write that was let in. */
export interface Accepted {
  readonly kind: Kind;
  readonly stored: Stored;
  readonly name: string;
  readonly seconds: number;
  readonly duration: Duration;
  readonly retryAfter: number;
  /** Set when one child is written: the others keep saying Succeeded. */
  readonly only?: string;
  /** Carries the end out; returns false when the resource is gone with it. */
  readonly end: (stored: Stored) => boolean;
}

export function preconditionFailed(
  kind: Kind,
  call: Call,
  current: JsonObject | undefined,
  resource: string,
): Answer | undefined {
  const given = call.headers['if-match'];
  const etag = etagOf(kind, current);
  // Virtual appliances have it bare in the body and quoted in headers: here it is a header.
  const wanted = kind.provider === 'nfv' ? `"${etag}"` : etag;
  const fits = given === undefined || given === wanted;
  return fits || (given === '*' && current !== undefined) ? undefined : etagMismatch(given, etag ?? '', resource);
}

interface OwnFailure extends OperationError {
  /** Whether the firewalls that use the resource fail with it. */
  readonly firewallsFail: boolean;
}

/** What the write itself brings about, unless a test says otherwise. */
function ownFailure(accepted: Accepted, firewalls: readonly Stored[], world: World): OwnFailure | undefined {
  const { kind, stored, name } = accepted;
  if (!name.startsWith('Put')) return undefined;
  const broken = kind === azureFirewalls ? ipv6InRules(stored.body) : undefined;
  // The code is our guess; that the firewall fails is documented.
  if (broken !== undefined) {
    const message = `Address ${broken} in a rule is not an IPv4 address.`;
    return { code: 'AzureFirewallInvalidRule', message, firewallsFail: false };
  }
  const faulted =
    kind === ipGroups
      ? firewalls.filter(({ id }) => world.operations.alsoHolding(id.text) !== undefined)
      : kind === ruleCollectionGroups && ipv6InGroup(stored.body) !== undefined
        ? firewalls
        : [];
  if (faulted.length === 0) return undefined;
  // Both quoted: terraform-provider-azurerm#19843 (groups of one firewall updated side by side) and ALZ#3418.
  const what = kind === ipGroups ? 'IpGroups' : 'FirewallPolicy';
  const owner = stored.id.names[0] ?? '';
  const message = `Put on ${what} ${owner} Failed with ${faulted.length} faulted referenced firewalls`;
  return { code: `${what}UpdateFailed`, message, firewallsFail: true };
}

/** Puts a state on firewalls that somebody else's operation keeps busy. */
export function stampFirewalls(
  firewalls: readonly Stored[],
  state: 'Updating' | 'Succeeded' | 'Failed',
  world: World,
): void {
  for (const { id } of firewalls) {
    const now = world.env.store.get(id.text);
    if (now !== undefined) stamp(azureFirewalls, now.body, newEtag(azureFirewalls, world.env.newGuid), state);
  }
}

/** Starts the operation of a write that was accepted; what the fault said about it comes first. */
export function begin(accepted: Accepted, call: Call, world: World): Operation {
  const { kind, stored } = accepted;
  const { twist } = call;
  const firewalls = kind.affects?.(stored.id, world.env) ?? [];
  const own = twist.failsWith === undefined ? ownFailure(accepted, firewalls, world) : undefined;
  const failsWith = twist.failsWith ?? own;
  stampFirewalls(firewalls, 'Updating', world);
  return world.operations.start(
    {
      ...(kind.provider === undefined ? {} : { provider: kind.provider }),
      name: accepted.name,
      resource: stored.id.text,
      alsoHolds: firewalls.map(({ id }) => id.text),
      subscription: stored.id.subscription,
      location: plainLocation(stringAt(stored.body, 'location') ?? 'global'),
      apiVersion: call.apiVersion,
      seconds: twist.neverEnds === true ? Number.POSITIVE_INFINITY : (twist.seconds ?? accepted.seconds),
      firstRetryAfter: accepted.retryAfter,
      failsWith,
      onDone: (operation, at) => {
        stampFirewalls(firewalls, own?.firewallsFail === true ? 'Failed' : 'Succeeded', world);
        const now = world.env.store.get(stored.id.text);
        if (now !== undefined) settle(accepted, now, operation, at, call, world);
      },
    },
    world.env.newGuid(),
    call.now,
  );
}

function settle(accepted: Accepted, now: Stored, operation: Operation, at: number, call: Call, world: World): void {
  const { kind } = accepted;
  const failed = operation.status === 'Failed';
  if (!failed && !accepted.end(now)) return;
  const etag = newEtag(kind, world.env.newGuid);
  const lag = failed ? 0 : (call.twist.lagSeconds ?? accepted.duration.lag);
  stamp(kind, now.body, etag, failed ? 'Failed' : lag > 0 ? 'Updating' : 'Succeeded', accepted.only);
  if (!failed) now.made = true;
  if (lag > 0) world.operations.later(at + lag * 1_000, () => settleLate(kind, now.id, etag, world));
}

/** The end of a lag: nothing happens when somebody wrote in between. */
function settleLate(kind: Kind, id: ResourceId, etag: string, world: World): void {
  const stored = world.env.store.get(id.text);
  if (stored === undefined || etagOf(kind, stored.body) !== etag) return;
  stamp(kind, stored.body, newEtag(kind, world.env.newGuid), 'Succeeded');
}

export function asyncHeaders(
  operation: Operation,
  retryAfter: number | undefined,
  world: World,
): Record<string, string> {
  return {
    'azure-asyncoperation': operationUrl(world.endpoint(), operation, 'operations'),
    ...(operation.provider === 'network' ? { 'azure-asyncnotification': 'Enabled' } : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
}

/** 202 of a deletion or an action. */
export function accepted202(operation: Operation, retryAfter: number, world: World): Answer {
  const location = operationUrl(world.endpoint(), operation, 'operationResults');
  return { status: 202, headers: { ...asyncHeaders(operation, retryAfter, world), location } };
}
