import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { providerError } from './answer.ts';
import type { ResourceId } from './ids.ts';
import { keyOf } from './ids.ts';
import type { JsonObject } from './json.ts';
import { objectAt, objectsAt, stringAt, stringsAt } from './json.ts';
import { kindOf } from './kinds/all.ts';
import { networkOf } from './kinds/placement.ts';
import { plainLocation } from './locations.ts';
import { locked } from './locks.ts';
import { gatewayOperation, guidOf } from './vpnClients.ts';
import type { Call, World } from './world.ts';
import { zip } from './zip.ts';

/** A package as it lies in the gateway's storage, and until when its link opens it (simulated milliseconds). */
interface Package {
  readonly gateway: string;
  readonly location: string;
  readonly signature: string;
  readonly expiresAt: number;
  readonly bytes: Buffer;
}

/** The packages that were generated, by the name in their address. */
export class VpnProfiles {
  readonly #byName = new Map<string, Package>();
  readonly #last = new Map<string, string>();

  keep(name: string, made: Package): void {
    this.#byName.set(name, made);
    this.#last.set(keyOf(made.gateway), name);
  }

  get(name: string): Package | undefined {
    return this.#byName.get(name);
  }

  lastOf(gateway: string): string | undefined {
    return this.#last.get(keyOf(gateway));
  }
}

/** The name the gateway's clients dial; it goes with the gateway. */
export function serverNameOf(gateway: JsonObject | undefined): string {
  const guid = guidOf(gateway);
  return `azuregateway-${guid}-${createHash('sha256').update(guid).digest('hex').slice(0, 12)}.vpn.azure.com`;
}

function routesOf(gateway: JsonObject, world: World): string[] {
  const network = world.env.store.get(networkOf(gateway)?.text ?? '');
  const own = stringsAt(objectAt(objectAt(network?.body, 'properties'), 'addressSpace'), 'addressPrefixes');
  return [...own, ...stringsAt(objectAt(objectAt(gateway, 'properties'), 'customRoutes'), 'addressPrefixes')];
}

/** The zip; the real one has an installer for Windows, of which the phone book in it is what the device wants. */
function contents(gateway: JsonObject, world: World): Buffer {
  const server = serverNameOf(gateway);
  const settings = `<?xml version="1.0" encoding="utf-8"?>
<VpnProfile>
  <VpnServer>${server}</VpnServer>
  <VpnType>IkeV2</VpnType>
  <Routes>${routesOf(gateway, world).join(',')}</Routes>
  <Auth>EAP-TLS</Auth>
</VpnProfile>
`;
  const phoneBook = `[${networkOf(gateway)?.names[0] ?? ''}]\nDEVICE=vpn\nPhoneNumber=${server}\n`;
  return zip([
    { name: 'Generic/VpnSettings.xml', text: settings },
    { name: 'WindowsAmd64/VpnClientSetupAmd64.exe', text: phoneBook },
  ]);
}

function url(name: string, made: Package, world: World): string {
  const query = new URLSearchParams({
    sv: '2021-12-02',
    sr: 'b',
    sp: 'r',
    se: new Date(made.expiresAt).toISOString(),
    sig: made.signature,
  });
  return `${world.endpoint()}/vpnprofiles/${name}/vpnclientconfiguration.zip?${query.toString()}`;
}

/** The gateway must be settled and have clients to make a package for; the two codes are our guess. */
function refuse(id: ResourceId, gateway: JsonObject, world: World): Answer | undefined {
  const kind = kindOf(id);
  const busy = kind === undefined ? undefined : locked(kind, id, gateway, world);
  if (busy !== undefined) return busy;
  const properties = objectAt(gateway, 'properties');
  const client = objectAt(properties, 'vpnClientConfiguration');
  if (stringsAt(objectAt(client, 'vpnClientAddressPool'), 'addressPrefixes').length === 0) {
    const message = `Gateway ${id.text} has no VPN client address pool.`;
    return providerError(400, 'VpnClientAddressPoolNotSpecified', message);
  }
  const usesCertificates = stringsAt(client, 'vpnAuthenticationTypes').every((type) => type === 'Certificate');
  if (!usesCertificates || objectsAt(client, 'vpnClientRootCertificates').length > 0) return undefined;
  const message = `Gateway ${id.text} has no VPN client root certificate.`;
  return providerError(400, 'VpnClientRootCertificateNotSpecified', message);
}

/** POST generatevpnclientpackage and generatevpnprofile: 202, then at the Location address a JSON string, the link to the zip. */
export function generatePackage(id: ResourceId, call: Call, world: World): Answer {
  const body = world.env.store.get(id.text)?.body ?? {};
  const refused = refuse(id, body, world);
  if (refused !== undefined) return refused;
  const name = world.env.newGuid();
  const onDone = () => {
    const gateway = world.env.store.get(id.text)?.body;
    if (gateway === undefined) return;
    world.profiles.keep(name, {
      gateway: id.text,
      location: plainLocation(stringAt(gateway, 'location') ?? 'global'),
      signature: createHash('sha256').update(`${name} ${world.env.newGuid()}`).digest('base64'),
      expiresAt: world.clock.now() + world.env.limits.packageLinkMinutes * 60_000,
      bytes: contents(gateway, world),
    });
  };
  return gatewayOperation(
    id,
    { name: 'GenerateVpnClientPackage', duration: 'vpnProfiles', onDone, result: () => link(name, world) },
    call,
    world,
  );
}

function link(name: string | undefined, world: World): string {
  const made = name === undefined ? undefined : world.profiles.get(name);
  return name === undefined || made === undefined ? '' : url(name, made, world);
}

/** POST getvpnprofilepackageurl: the link of the package that was generated last. */
export function lastPackage(id: ResourceId, call: Call, world: World): Answer {
  const name = world.profiles.lastOf(id.text);
  if (name === undefined) {
    const message = `No VPN profile package has been generated for gateway ${id.text}.`;
    return providerError(400, 'VpnProfilePackageNotGenerated', message);
  }
  return gatewayOperation(
    id,
    { name: 'GetVpnProfilePackageUrl', duration: 'vpnClientConnectionHealth', result: () => link(name, world) },
    call,
    world,
  );
}

function blobError(status: number, code: string, message: string): Answer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** GET of a package: the signature in its link is all it takes, as long as it is good. */
export function download(name: string, call: { readonly method: string; readonly url: URL }, world: World): Answer {
  const made = world.profiles.get(name);
  if (made === undefined) return blobError(404, 'BlobNotFound', 'The specified blob does not exist.');
  if (call.method !== 'GET' && call.method !== 'HEAD')
    return blobError(405, 'UnsupportedHttpVerb', 'The resource does not support the specified HTTP verb.');
  const { searchParams } = call.url;
  const expiry = new Date(made.expiresAt).toISOString();
  const good = searchParams.get('sig') === made.signature && searchParams.get('se') === expiry;
  if (!good || world.clock.now() > made.expiresAt) {
    const message =
      'Server failed to authenticate the request. Make sure the value of the signature is formed correctly.';
    return blobError(403, 'AuthenticationFailed', message);
  }
  return { status: 200, headers: { 'content-type': 'application/zip' }, bytes: made.bytes };
}
