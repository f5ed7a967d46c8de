import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { makeCertificates, trustCa } from '../../simulator/arm/ca.ts';

type Key = Awaited<ReturnType<typeof generateKeyPair>>;

/** What a token says; what is left out is as the tenant would have it. */
export type TokenChange = {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly without?: readonly string[];
  readonly header?: Readonly<Record<string, unknown>>;
  /** Seconds from now at which it ends. */
  readonly lasts?: number;
  /** Signed by somebody else under the tenant's key id. */
  readonly forged?: boolean;
};

export type Tenant = {
  readonly id: string;
  readonly authority: string;
  readonly audience: string;
  readonly settings: Readonly<Record<string, string>>;
  /** A token of version 2.0. */
  token(change?: TokenChange): Promise<string>;
  /** From now on it signs with a new key, and publishes that alone. */
  newKey(): Promise<void>;
  /** Answers 503 for its keys, or answers again. */
  fails(yes: boolean): void;
  readonly asked: () => number;
  close(): Promise<void>;
};

export const alertsApp = { azp: '461e8683-5575-4561-ac7f-899cc907d62a', roles: ['ActionGroupsSecureWebhook'] };
export const eventsApp = {
  azp: '4962773b-9cdb-44cf-a8bf-237846a00ab7',
  roles: ['AzureEventGridSecureWebhookSubscriber'],
};
export const operator = {
  azp: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  preferred_username: 'ada@contoso.example',
  oid: '7a7d0c1e-0000-4000-8000-0000000000da',
  roles: ['Failover.Operator'],
};

let made: ReturnType<typeof makeCertificates> | undefined;
/** One authority for all tenants of a process. */
const trusted = async () => {
  if (made === undefined) {
    made = makeCertificates(Date.now(), 'Simulated tenant');
    trustCa((await made).ca);
  }
  return made;
};

/** A tenant of Entra ID on loopback: it publishes its keys, and signs what a test asks for. */
export const startTenant = async (): Promise<Tenant> => {
  const id = '11111111-2222-4333-8444-555555555555';
  const audience = 'api://ase-failover';
  const certificates = await trusted();
  const newPair = () => generateKeyPair('RS256', { extractable: true });
  const stranger = await newPair();
  let key: Key = await newPair();
  let kid = 'first';
  let failing = false;
  let asked = 0;
  const server: Server = createServer(
    { cert: certificates.certificate, key: certificates.key },
    (request, response) => {
      const own = request.url === `/${id}/discovery/v2.0/keys`;
      if (own) asked += 1;
      if (failing || !own) {
        response.writeHead(failing ? 503 : 404).end();
        return;
      }
      void exportJWK(key.publicKey).then((jwk) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ keys: [{ ...jwk, kid, use: 'sig' }] })),
      );
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    id,
    authority,
    audience,
    settings: { ASEFO_AUTHORITY_HOST: authority, ASEFO_ENTRA_TENANT_ID: id, ASEFO_ENTRA_AUDIENCE: audience },
    token: async ({ claims = {}, without = [], header = {}, lasts = 3_600, forged = false } = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      const times = { iat: now - 4_000, nbf: now - 4_000, exp: now + lasts };
      const all: Record<string, unknown> = {
        iss: `${authority}/${id}/v2.0`,
        aud: audience,
        tid: id,
        ver: '2.0',
        ...times,
        ...claims,
      };
      for (const name of without) delete all[name];
      return new SignJWT(all as JWTPayload)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header })
        .sign(forged ? stranger.privateKey : key.privateKey);
    },
    newKey: async () => {
      key = await newPair();
      kid = `${kid}-next`;
    },
    fails: (yes) => {
      failing = yes;
    },
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
