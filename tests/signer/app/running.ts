// The Signer as a process in a folder of its own, with an Authority and a licensing service beside it, and a caller of it.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { SignBody } from '../../../contract/wire/sign.ts';
import { startIssuer } from '../../../demo/issuer/issuer.ts';
import { startLicensing } from '../../../demo/licensing/licensing.ts';
import type { ConfigInput } from '../../../signer/app/config.ts';
import { SCANNER, TENANT, type World } from '../../support/world.ts';
import { saveWorld } from '../desk/child-world.ts';
import { TRUSTED, body } from '../desk/house.ts';
import { dpopClient } from '../gates/dpop.ts';

const MAIN = fileURLToPath(new URL('../../../signer/app/main.ts', import.meta.url));

export interface Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly said: { out: string; err: string };
}

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** What a caller asks in another way than usual. */
export interface Asking {
  readonly key?: string;
  readonly name?: string;
  readonly options?: Partial<SignBody['options']>;
}

export interface Outside {
  readonly dir: string;
  /** Writes a configuration, changed as told; returns its path. */
  config(change?: Partial<ConfigInput>): Promise<string>;
  run(path: string): Run;
  /** Starts a Signer and waits for its one line. */
  start(path: string): Promise<Run & { readonly url: string }>;
  /** POST sign/dsse of a file `app.tgz` that this scanner image saw. */
  sign(url: string, image: string, asking?: Asking): Promise<Answer>;
  /** GET with the caller's token. */
  get(address: string): Promise<Answer>;
  /** kill -9 to what runs. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `fetch` over a connection of its own. One that is kept would be closed by a Signer that ends, or that was idle for its five seconds,
 * while this process waits in a child of its own and hears nothing of it; what is sent next is then lost.
 */
export const fetchOnce = (address: string | URL, { headers, ...init }: RequestInit = {}): Promise<Response> =>
  fetch(address, { ...init, headers: { ...(headers as Record<string, string>), connection: 'close' } });

/** Makes it all, with the world's file keys. `close` ends what still runs. */
export async function openOutside(world: World): Promise<Outside> {
  const dir = await mkdtemp(join(tmpdir(), 'signer-app-'));
  await saveWorld(world, dir);
  await writeFile(join(dir, 'chain.json'), JSON.stringify(world.chain));
  await writeFile(join(dir, 'policy.json'), JSON.stringify(world.policy));
  await writeFile(join(dir, 'allow.json'), JSON.stringify({ digests: [TRUSTED] }));
  const [issuer, licensing, client] = await Promise.all([
    startIssuer({ port: 0, audience: 'signer' }),
    startLicensing(0),
    dpopClient(),
  ]);
  const children: ChildProcess[] = [];

  async function config(change: Partial<ConfigInput> = {}): Promise<string> {
    const made: ConfigInput = {
      data: 'data',
      listen: { host: '127.0.0.1', port: 0 },
      tls: null,
      dev: true,
      chain: 'chain.json',
      pin: world.pin,
      policy: 'policy.json',
      keys: { files: 'keys', pkcs11: [] },
      authority: { issuer: issuer.issuer, audience: 'signer', jwksUri: issuer.jwks },
      poe: { introspectionUrl: licensing.introspect, ttlSeconds: 1.5 },
      release: { allowlist: 'allow.json' },
      logLevel: 'error',
      ...change,
    };
    const path = join(dir, `config-${randomUUID()}.json`);
    await writeFile(path, JSON.stringify(made));
    return path;
  }

  function run(path: string): Run {
    const child = spawn(process.execPath, [MAIN, path], { stdio: ['pipe', 'pipe', 'pipe'] });
    children.push(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (part: Buffer) => void (said.out += part.toString()));
    child.stderr.on('data', (part: Buffer) => void (said.err += part.toString()));
    const exit = once(child, 'close').then(([code]) => code as number | null);
    return { child, exit, said };
  }

  async function start(path: string): Promise<Run & { url: string }> {
    const running = run(path);
    await Promise.race([once(running.child.stdout!, 'data'), running.exit]);
    const lines = running.said.out.trim().split('\n');
    expect(lines).toHaveLength(1);
    const ready = JSON.parse(lines[0]!) as { ready: boolean; port: number };
    expect(ready).toEqual({ ready: true, port: expect.any(Number) as number });
    return { ...running, url: `http://127.0.0.1:${ready.port}/api/v1/signer` };
  }

  async function credentials(htm: string, address: string): Promise<Record<string, string>> {
    const claims = { subject: SCANNER, tenant: TENANT, scope: 'signer.sign', jkt: client.jkt, ttl: 300 };
    const answer = await fetchOnce(issuer.token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(claims),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const checkpoint = new URL('/api/v1/signer/log/checkpoint', address);
    const nonce = (await fetchOnce(checkpoint)).headers.get('dpop-nonce')!;
    const proof = await client.proof({ htm, htu: address, token, nonce });
    return { authorization: `DPoP ${token}`, dpop: proof };
  }

  async function sign(url: string, image: string, asking: Asking = {}): Promise<Answer> {
    const { key = randomUUID(), name = 'app.tgz', options = {} } = asking;
    const address = `${url}/sign/dsse`;
    const headers = {
      ...(await credentials('POST', address)),
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    const sent = JSON.stringify(body(name, image, options));
    const got = await fetchOnce(address, { method: 'POST', headers, body: sent });
    return { status: got.status, json: (await got.json()) as Record<string, unknown> };
  }

  async function get(address: string): Promise<Answer> {
    const got = await fetchOnce(address, { headers: await credentials('GET', address) });
    return { status: got.status, json: (await got.json()) as Record<string, unknown> };
  }

  async function stop(): Promise<void> {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    }
  }

  async function close(): Promise<void> {
    await stop();
    await Promise.all([issuer.close(), licensing.close()]);
    await rm(dir, { recursive: true, force: true });
  }

  return { dir, config, run, start, sign, get, stop, close };
}
