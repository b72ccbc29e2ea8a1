// With TLS and names of its own: proofs name https, other hosts are refused, probes need none.
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API } from '../../../signer/http/server.ts';
import { send, startOutside, type Outside } from './setup.ts';

let outside: Outside;
let ca: string;
let hosts: string[];

async function certificate(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=signer.test',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'signer.example' },
      ]),
      new BasicConstraintsExtension(true),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: cert.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

beforeAll(async () => {
  const tls = await certificate();
  ca = tls.cert;
  hosts = ['signer.example'];
  outside = await startOutside({ tls, hosts });
});
afterAll(() => outside.close());

test('a proof names https and the host that was called; http in it is refused', async () => {
  const path = `${API}/sign/dsse`;
  const access = await outside.token();
  const proof = (htu: string) =>
    outside.client.proof({ htm: 'POST', htu, token: access, nonce: outside.optok.nonce() });
  const as = async (htu: string) =>
    outside.sign({
      ca,
      headers: { host: 'signer.example', authorization: `DPoP ${access}`, dpop: await proof(htu) },
    });
  expect((await as(`http://signer.example${path}`)).json['code']).toBe('proof_invalid');
  expect((await as(`https://signer.example${path}`)).status).toBe(202);
  expect(outside.told.calls.at(-1)?.args[3]).toBe(`https://signer.example${API}`);
});

test('other hosts are refused, but probes need no name', async () => {
  expect((await send(outside.origin, { path: `${API}/keys`, ca })).json['code']).toBe('host_forbidden');
  expect((await send(outside.origin, { path: '/metrics', ca })).json['code']).toBe('host_forbidden');
  expect((await send(outside.origin, { path: '/healthz', ca })).status).toBe(200);
  expect(
    (await send(outside.origin, { path: `${API}/keys`, ca, headers: { host: 'SIGNER.example' } })).status,
  ).toBe(200);
});

test('plain HTTP at the TLS port is not answered as HTTP', async () => {
  await expect(send(outside.origin.replace('https', 'http'), { path: '/healthz' })).rejects.toThrow();
});
