// A certificate authority for one demo, and a TLS certificate for this computer's own address.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

/** `der` is the CA's certificate as the directory names it (base64); the others are PEM, `key` in PKCS#8. */
export interface Certificates {
  readonly ca: string;
  readonly der: string;
  readonly cert: string;
  readonly key: string;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

type Pair = webcrypto.CryptoKeyPair;
type Window = ReturnType<typeof window>;

const newPair = (): Promise<Pair> => webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);

/** How long they are good for, unless somebody wants to keep them. */
const USUAL_DAYS = 7;

/** From a minute ago, so that a clock that steps back a little does no harm. */
function window(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.getTime() - 60_000), notAfter: new Date(now.getTime() + days * DAY_MS) };
}

async function makeCa(keys: Pair, valid: Window): Promise<X509Certificate> {
  return X509CertificateGenerator.createSelfSigned({
    name: 'CN=Signer demo CA',
    keys,
    signingAlgorithm: P256,
    ...valid,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

function makeServer(ca: X509Certificate, caKeys: Pair, keys: Pair, valid: Window): Promise<X509Certificate> {
  return X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: P256,
    ...valid,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
}

/** Makes both, for `days`. The CA's private key is dropped here: this CA signs one certificate and no other. */
export async function makeCertificates(now: Date, days = USUAL_DAYS): Promise<Certificates> {
  const [caKeys, keys] = await Promise.all([newPair(), newPair()]);
  const valid = window(now, days);
  const ca = await makeCa(caKeys, valid);
  const server = await makeServer(ca, caKeys, keys, valid);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return {
    ca: ca.toString('pem'),
    der: Buffer.from(ca.rawData).toString('base64'),
    cert: server.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}
