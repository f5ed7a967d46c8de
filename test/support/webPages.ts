import 'reflect-metadata';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as x509 from '@peculiar/x509';
import { trustCa } from '../../simulator/arm/server.ts';

export type Page = {
  readonly status?: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A web server that this process trusts: it answers by path, and notes what was asked. */
export type WebPages = {
  readonly origin: string;
  readonly pages: Map<string, Page>;
  readonly asked: string[];
  /** Of each that was asked: what the request told of who asks. */
  readonly credentials: string[];
  close(): Promise<void>;
};

const dayMs = 86_400_000;

const selfSigned = async (): Promise<{ cert: string; key: string }> => {
  x509.cryptoProvider.set(globalThis.crypto);
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=web pages of a test',
    keys,
    signingAlgorithm,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
};

export const startWebPages = async (): Promise<WebPages> => {
  const pages: WebPages['pages'] = new Map();
  const asked: string[] = [];
  const credentials: string[] = [];
  const { cert, key } = await selfSigned();
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url ?? '');
    const { authorization = '', cookie = '' } = request.headers;
    credentials.push(authorization + cookie);
    const page = pages.get(request.url ?? '') ?? { status: 404, text: 'no such page' };
    response.writeHead(page.status ?? 200, page.headers).end(page.text);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  trustCa(cert);
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    pages,
    asked,
    credentials,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
