// The processes that a demo runs against: the dev Authority, the licensing stub, and the Signer itself.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/parse.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { startPart, type Part, type PartOptions } from '../crew/part.ts';
import { repository } from '../pipeline/npm.ts';
import type { Installation } from './install.ts';
import type { Token } from './soft-hsm.ts';
import type { DemoTrust } from './trust.ts';

/** The stand-ins' addresses, as they told them. */
export interface Servers {
  readonly issuer: string;
  readonly jwks: string;
  readonly token: string;
  readonly introspect: string;
  /** Where the licensing stub is told what to answer. */
  readonly poe: string;
}

/** What a part is started with beside its name: a port it had before (0: any free one), and who is given what it logs. */
export interface Again {
  readonly port?: number;
  readonly log?: NodeJS.WritableStream;
}

/** What a Signer is configured from. `Installation` is one of these. */
export interface SignerHome {
  readonly places: Installation['places'];
  readonly keys: { readonly token: (Pick<Token, 'module' | 'conf'> & { readonly serial: string }) | null };
  readonly trust: Pick<DemoTrust, 'directory' | 'pin'>;
  /** Seconds for which the last positive entitlement counts; 300 unless given. */
  readonly poeTtl?: number;
}

/** A Signer that runs: `url` is its origin, `base` the API's. */
export interface Signer {
  readonly url: string;
  readonly base: string;
  readonly port: number;
  readonly part: Part;
}

const AUDIENCE = 'signer';
const USUAL_TTL = 300;

const entry = (...path: string[]): string => join(repository, ...path);

function textIn(part: string, ready: Readonly<Record<string, Json>>, name: string): string {
  const value = ready[name];
  if (typeof value !== 'string') throw new PartFailed(part, `it did not say its ${name}`);
  return value;
}

const heard = (options: PartOptions, { log }: Again): PartOptions =>
  log === undefined ? options : { ...options, log };

/** Starts the dev Authority. Rejects with PartFailed. */
export function startAuthority(crew: Crew, again: Again = {}): Promise<Part> {
  const args = [String(again.port ?? 0), AUDIENCE];
  return startPart(crew, heard({ name: 'issuer', entry: entry('demo', 'issuer', 'main.ts'), args }, again));
}

/** Starts the licensing stub. Rejects with PartFailed. */
export function startStub(crew: Crew, again: Again = {}): Promise<Part> {
  const args = [String(again.port ?? 0)];
  return startPart(
    crew,
    heard({ name: 'licensing', entry: entry('demo', 'licensing', 'main.ts'), args }, again),
  );
}

/** Where both stand-ins said that they are. */
export function serversOf(issuer: Part, licensing: Part): Servers {
  return {
    poe: textIn('licensing', licensing.ready, 'poe'),
    issuer: textIn('issuer', issuer.ready, 'issuer'),
    jwks: textIn('issuer', issuer.ready, 'jwks'),
    token: textIn('issuer', issuer.ready, 'token'),
    introspect: textIn('licensing', licensing.ready, 'introspect'),
  };
}

/** The port that a part said it has. Throws PartFailed. */
export function portOf(name: string, { ready }: Part): number {
  const port = ready['port'];
  if (typeof port !== 'number') throw new PartFailed(name, 'it did not say its port');
  return port;
}

/** Starts both stand-ins. Rejects with PartFailed. */
export async function startServers(crew: Crew): Promise<Servers> {
  const [issuer, licensing] = await Promise.all([startAuthority(crew), startStub(crew)]);
  return serversOf(issuer, licensing);
}

/** The Signer's configuration file (signer/app/config.ts says what its members mean). */
function configOf(home: SignerHome, servers: Servers, port: number): Json {
  const { places, keys, trust, poeTtl = USUAL_TTL } = home;
  const { token } = keys;
  const pkcs11 = token && {
    module: token.module,
    pin: places.tokenPin,
    token: token.serial,
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
    poe: { introspectionUrl: servers.introspect, ttlSeconds: poeTtl },
    release: { allowlist: places.allowlist },
    logLevel: 'warn',
    endWithStdin: true,
  };
}

/** Starts the Signer on this port (0: any free one). It takes up what an earlier one left. Rejects with PartFailed. */
export async function startSigner(
  crew: Crew,
  home: SignerHome,
  servers: Servers,
  port = 0,
  log?: NodeJS.WritableStream,
): Promise<Signer> {
  const path = join(home.places.home, 'signer', 'config.json');
  await writeFile(path, JSON.stringify(configOf(home, servers, port)), { mode: 0o600 });
  const options = { name: 'signer', entry: entry('signer', 'app', 'main.ts'), args: [path] };
  const part = await startPart(crew, heard(options, log === undefined ? {} : { log }));
  const bound = portOf('signer', part);
  const url = `https://127.0.0.1:${bound}`;
  return { url, base: `${url}/api/v1/signer`, port: bound, part };
}
