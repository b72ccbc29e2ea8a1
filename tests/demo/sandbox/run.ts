// Starts `node demo/signer.ts` as people do, and a pipeline's caller that speaks to it over real HTTP.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dpopClient, type DpopClient } from '../../signer/gates/dpop.ts';

export interface Told {
  readonly url: string;
  readonly token: string;
  readonly poe: string;
  readonly tenant: string;
  readonly scannerImageDigest: string;
}

/** A process of the launcher, and everything it said. */
export interface Launched {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exited: Promise<number | null>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPT = join(ROOT, 'demo', 'signer.ts');

function run(command: string, args: readonly string[], env: Record<string, string>): Launched {
  const { npm_lifecycle_event: _event, ...own } = process.env;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const exited = once(child, 'close').then(([code]: unknown[]) => code as number | null);
  return { child, out: () => out, err: () => err, exited };
}

/** Runs the launcher with these arguments; npm's own variables are taken out. */
export function launch(args: readonly string[], env: Record<string, string> = {}): Launched {
  return run(process.execPath, [SCRIPT, ...args], env);
}

/** Runs the launcher as `npm run` does, with a shell between. */
export function launchNpm(args: readonly string[]): Launched {
  return run('npm', ['run', '-s', 'signer', '--', ...args], {});
}

/** Waits for the one line. Rejects with all of stderr when the process ends first. */
export async function told(launched: Launched): Promise<Told> {
  const { child, out, err } = launched;
  while (!out().includes('\n')) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended: ${err()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  return JSON.parse(out()) as Told;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** A caller with a token, that follows the nonces. */
export interface Pipeline {
  readonly client: DpopClient;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  sign(change?: object, headers?: Record<string, string>): Promise<Answer>;
}

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: answer.headers,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

/** A well-formed request to sign, from a scanner that the sandbox trusts. */
export const bodyFor = (sandbox: Told): object => ({
  subject: [{ name: 'app.tgz', digest: { sha256: 'ab'.repeat(32) } }],
  predicateType: 'https://cyclonedx.org/bom',
  predicate: { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [] },
  scannerImageDigest: sandbox.scannerImageDigest,
  poe: { format: 'jwt', value: 'whatever' },
  options: { signingMode: 'keyful', returnBundle: true },
});

/** Asks the dev issuer for a token. `more` replaces what is asked for. */
export async function tokenOf(sandbox: Told, jkt: string, more: object = {}): Promise<string> {
  const ask = { subject: 'ci', tenant: sandbox.tenant, scope: 'signer.sign', jkt, ttl: 600, ...more };
  const headers = { 'content-type': 'application/json' };
  const answer = await read(
    await fetch(sandbox.token, { method: 'POST', headers, body: JSON.stringify(ask) }),
  );
  return String(answer.json['access_token']);
}

/** Says what the licensing stub shall answer for a tenant. */
export async function setPoe(sandbox: Told, state: string, tenant = sandbox.tenant): Promise<void> {
  await fetch(sandbox.poe, { method: 'PUT', body: JSON.stringify({ tenant, state }) });
}

/** Makes a caller. */
export async function pipeline(sandbox: Told, more: object = {}): Promise<Pipeline> {
  const client = await dpopClient();
  const token = await tokenOf(sandbox, client.jkt, more);
  let nonce: string | undefined;
  async function once_(
    method: string,
    url: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const proof = await client.proof({ htm: method, htu: url, token, nonce });
    const credentials = { authorization: `DPoP ${token}`, dpop: proof };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await read(
      await fetch(url, { method, headers: { ...type, ...credentials, ...headers }, ...content }),
    );
    nonce = answer.headers.get('dpop-nonce') ?? nonce;
    return answer;
  }
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const url = path.startsWith('http') ? path : `${sandbox.url}${path}`;
    const first = await once_(method, url, body, headers);
    return first.json['code'] === 'use_dpop_nonce' ? once_(method, url, body, headers) : first;
  }
  const sign = (change: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
    call(
      'POST',
      '/sign/dsse',
      { ...bodyFor(sandbox), ...change },
      { 'idempotency-key': randomUUID(), ...headers },
    );
  return { client, call, sign };
}
