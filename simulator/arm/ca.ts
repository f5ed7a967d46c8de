import 'reflect-metadata';
import tls from 'node:tls';
import * as x509 from '@peculiar/x509';

/** PEM texts of a throw-away certificate authority and of the server certificate it signed. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/**
 * Makes a CA and a certificate for localhost and 127.0.0.1, good for a week of wall-clock time around `wallNowMs`. CAs that
 * one process trusts need a name each, or a certificate is checked with the wrong one's key.
 */
export async function makeCertificates(wallNowMs: number, name = 'Simulated ARM'): Promise<Certificates> {
  x509.cryptoProvider.set(globalThis.crypto);
  const caKeys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(wallNowMs - DAY_MS), notAfter: new Date(wallNowMs + 6 * DAY_MS) };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name} throw-away CA`,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    ca: ca.toString('pem'),
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}

/**
 * Makes this process trust one more CA for every https call, so that the production client needs no code for it.
 * A child process gets the same from NODE_EXTRA_CA_CERTS and a file.
 */
export function trustCa(pem: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem]);
}
