import { isObject, type JsonObject } from '../../base/canonical.ts';
import type { Blocker } from '../blocker.ts';
import { routeOf } from '../observe.ts';
import { listIn, objectIn, textIn } from './json.ts';

const clientOf = (gateway: JsonObject): JsonObject =>
  objectIn(objectIn(gateway, 'properties'), 'vpnClientConfiguration');

const certificates = (gateway: JsonObject, list: string, member: string): Map<string, string> =>
  new Map(
    listIn(clientOf(gateway), list)
      .filter(isObject)
      .map((item) => [
        textIn((item as JsonObject)['properties'], member)
          .replace(/\s/g, '')
          .toLowerCase(),
        textIn(item as JsonObject, 'name'),
      ]),
  );

const missing = (before: Map<string, string>, after: Map<string, string>): string[] =>
  [...before].filter(([value]) => !after.has(value)).map(([, name]) => name);

/**
 * A gateway that stands is left as it is. So it must know the certificates the left one knows: without a root the device
 * could not connect; without a revocation, or with a root that was taken off meanwhile, somebody else could.
 */
export const certificateBlockers = (name: string, left: JsonObject, standing: JsonObject): Blocker[] => {
  const lost = (list: string, member: string) =>
    missing(certificates(left, list, member), certificates(standing, list, member));
  const roots = lost('vpnClientRootCertificates', 'publicCertData');
  const revoked = lost('vpnClientRevokedCertificates', 'thumbprint');
  const [list, member] = ['vpnClientRootCertificates', 'publicCertData'] as const;
  const trusted = missing(certificates(standing, list, member), certificates(left, list, member));
  const blocker = (what: string, names: readonly string[]): Blocker => ({
    code: 'MOVE_REFERENCE',
    message: `The gateway ${name} that stands there does not know ${what}: ${names.join(', ')}.`,
    remedy: 'Put it on that gateway, too, and let a sweep see it; what stands there is not changed by a move.',
  });
  return [
    ...(roots.length > 0 ? [blocker('root certificates of the one that is left', roots)] : []),
    ...(revoked.length > 0 ? [blocker('certificates that were revoked at the one that is left', revoked)] : []),
    ...(trusted.length > 0
      ? [
          {
            code: 'MOVE_REFERENCE' as const,
            message: `The gateway ${name} that stands there would let in whoever has a certificate of ${trusted.join(', ')}, which the one that is left does not know.`,
            remedy: 'Take that root certificate off it, or put it on the one that is left, and let a sweep see it.',
          },
        ]
      : []),
  ];
};

/** Routes to carry into a table that stands: those whose prefix and name it does not have yet. */
export const newRoutes = (carried: readonly JsonObject[], standing: JsonObject): readonly JsonObject[] => {
  const there = listIn(objectIn(standing, 'properties'), 'routes').map(routeOf);
  const taken = new Set(
    there.flatMap(({ addressPrefix, name }) => [addressPrefix, name]).map((text) => text.toLowerCase()),
  );
  return carried.filter((route) => {
    const { addressPrefix, name } = routeOf(route);
    return !taken.has(addressPrefix.toLowerCase()) && !taken.has(name.toLowerCase());
  });
};
