// The processes that a demo runs against: the dev Authority, the licensing stub, and the Signer itself.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/parse.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { startPart, type Part } from '../crew/part.ts';
import { repository } from '../pipeline/npm.ts';
import type { Installation } from './install.ts';

/** The stand-ins' addresses, as they told them. */
export interface Servers {
  readonly issuer: string;
  readonly jwks: string;
  readonly token: string;
  readonly introspect: string;
}

/** A Signer that runs: `url` is its origin, `base` the API's. */
export interface Signer {
  readonly url: string;
  readonly base: string;
  readonly port: number;
  readonly part: Part;
}

const AUDIENCE = 'signer';

const entry = (...path: string[]): string => join(repository, ...path);

function textIn(part: string, ready: Readonly<Record<string, Json>>, name: string): string {
  const value = ready[name];
  if (typeof value !== 'string') throw new PartFailed(part, `it did not say its ${name}`);
  return value;
}

/** Starts both stand-ins. Rejects with PartFailed. */
export async function startServers(crew: Crew): Promise<Servers> {
  const [issuer, licensing] = await Promise.all([
    startPart(crew, { name: 'issuer', entry: entry('demo', 'issuer', 'main.ts'), args: ['0', AUDIENCE] }),
    startPart(crew, { name: 'licensing', entry: entry('demo', 'licensing', 'main.ts'), args: ['0'] }),
  ]);
  return {
    issuer: textIn('issuer', issuer.ready, 'issuer'),
    jwks: textIn('issuer', issuer.ready, 'jwks'),
    token: textIn('issuer', issuer.ready, 'token'),
    introspect: textIn('licensing', licensing.ready, 'introspect'),
  };
}

/** The Signer's configuration file (signer/app/config.ts says what its members mean). */
function configOf({ places, keys, trust }: Installation, servers: Servers, port: number): Json {
  const { token } = keys;
  const own = trust.directory.keys.filter(
    ({ holder, name }) => holder === null && name.startsWith('pkcs11:'),
  );
  const pkcs11 = token && {
    module: token.module,
    pin: places.tokenPin,
    keys: own.map(({ name }) => name),
    env: { SOFTHSM2_CONF: token.conf },
  };
  return {
    data: places.signerData,
    listen: { host: '127.0.0.1', port },
    tls: { cert: places.cert, key: places.tlsKey },
    dev: false,
    chain: places.chain,
    pin: trust.pin,
    policy: places.policy,
    keys: { files: places.signerKeys, pkcs11: pkcs11 === null ? [] : [pkcs11] },
    authority: { issuer: servers.issuer, audience: AUDIENCE, jwksUri: servers.jwks },
    poe: { introspectionUrl: servers.introspect, ttlSeconds: 300 },
    release: { allowlist: places.allowlist },
    logLevel: 'warn',
    endWithStdin: true,
  };
}

/** Starts the Signer on this port (0: any free one). It takes up what an earlier one left. Rejects with PartFailed. */
export async function startSigner(
  crew: Crew,
  installation: Installation,
  servers: Servers,
  port = 0,
): Promise<Signer> {
  const path = join(installation.places.home, 'signer', 'config.json');
  await writeFile(path, JSON.stringify(configOf(installation, servers, port)), { mode: 0o600 });
  const part = await startPart(crew, {
    name: 'signer',
    entry: entry('signer', 'app', 'main.ts'),
    args: [path],
  });
  const bound = part.ready['port'];
  if (typeof bound !== 'number') throw new PartFailed('signer', 'it did not say its port');
  const url = `https://127.0.0.1:${bound}`;
  return { url, base: `${url}/api/v1/signer`, port: bound, part };
}
