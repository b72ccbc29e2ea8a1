// The Signer as a process, over real HTTP, with a real Authority and licensing service beside it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { startIssuer, type Issuer } from '../../../demo/issuer/issuer.ts';
import { startLicensing, type Licensing } from '../../../demo/licensing/licensing.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { ConfigInput } from '../../../signer/app/config.ts';
import { secondKey, signatureOf } from '../../support/change.ts';
import { intoSilicon, PRINTED } from '../../support/silicon.ts';
import { SCANNER, TENANT, makeSession, makeWorld, type Person, type World } from '../../support/world.ts';
import { saveWorld } from '../desk/child-world.ts';
import { body, STRANGE, TRUSTED } from '../desk/house.ts';
import { connectRaw, type Raw } from '../feed/rig.ts';
import { dpopClient, type DpopClient } from '../gates/dpop.ts';

const MAIN = fileURLToPath(new URL('../../../signer/app/main.ts', import.meta.url));
let world: World;
let dir: string;
let issuer: Issuer;
let licensing: Licensing;
let client: DpopClient;
const children: ChildProcess[] = [];

beforeEach(async () => {
  world = makeWorld();
  dir = await mkdtemp(join(tmpdir(), 'signer-app-'));
  await saveWorld(world, dir);
  await writeFile(join(dir, 'chain.json'), JSON.stringify(world.chain));
  await writeFile(join(dir, 'policy.json'), JSON.stringify(world.policy));
  await writeFile(join(dir, 'allow.json'), JSON.stringify({ digests: [TRUSTED] }));
  [issuer, licensing, client] = await Promise.all([
    startIssuer({ port: 0, audience: 'signer' }),
    startLicensing(0),
    dpopClient(),
  ]);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all([issuer.close(), licensing.close()]);
  await rm(dir, { recursive: true, force: true });
});

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

interface Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly said: { out: string; err: string };
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

/** Starts a Signer and waits for its one line. */
async function start(path: string): Promise<Run & { url: string }> {
  const running = run(path);
  await Promise.race([once(running.child.stdout!, 'data'), running.exit]);
  const lines = running.said.out.trim().split('\n');
  expect(lines).toHaveLength(1);
  const ready = JSON.parse(lines[0]!) as { ready: boolean; port: number };
  expect(ready).toEqual({ ready: true, port: expect.any(Number) as number });
  return { ...running, url: `http://127.0.0.1:${ready.port}/api/v1/signer` };
}

async function sign(url: string, image: string, key = randomUUID()) {
  const answer = await fetch(issuer.token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      subject: SCANNER,
      tenant: TENANT,
      scope: 'signer.sign',
      jkt: client.jkt,
      ttl: 300,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const nonce = (await fetch(`${url}/log/checkpoint`)).headers.get('dpop-nonce')!;
  const htu = `${url}/sign/dsse`;
  const proof = await client.proof({ htm: 'POST', htu, token, nonce });
  const headers = {
    authorization: `DPoP ${token}`,
    dpop: proof,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  const got = await fetch(htu, { method: 'POST', headers, body: JSON.stringify(body('app.tgz', image)) });
  return { status: got.status, json: (await got.json()) as Record<string, unknown> };
}

test('a key that an officer suspends at a terminal signs nothing more, also after kill -9', async () => {
  const path = await config();
  const first = await start(path);
  expect((await sign(first.url, TRUSTED)).status).toBe(200);
  intoSilicon(world.people.ana, join(dir, 'virtual'));
  await writeFile(join(dir, 'pin'), PRINTED, { mode: 0o600 });
  const stella = spawnSync(
    process.execPath,
    `cli/main.ts key suspend file:release --officer ana --reason stolen --pin ${world.pin}
      --signer ${new URL(first.url).origin} --directory ${dir}/chain.json --virtual ${dir}/virtual --pin-file ${dir}/pin`.split(
      /\s+/,
    ),
    { input: '\n', encoding: 'utf8' },
  );
  expect(stella.status, stella.stderr).toBe(0);
  expect(await sign(first.url, TRUSTED)).toMatchObject({ status: 409, json: { code: 'key_suspended' } });
  first.child.kill('SIGKILL');
  await first.exit;
  const second = await start(path);
  expect(await sign(second.url, TRUSTED)).toMatchObject({ status: 409, json: { code: 'key_suspended' } });
  for (const text of [
    await readFile(join(dir, 'chain.json'), 'utf8'),
    await (await fetch(`${second.url}/directory`)).text(),
  ])
    expect(verifyChain(nodeCrypto, JSON.parse(text), world.pin).suspensions).toMatchObject([
      { key: 'file:release' },
    ]);
});

test('signs what passes, holds what does not, and goes on after kill -9 where it was', async () => {
  const path = await config();
  const first = await start(path);
  const key = randomUUID();
  const signed = await sign(first.url, TRUSTED, key);
  expect(signed).toMatchObject({ status: 200, json: { signer: { keyId: 'file:release' } } });
  expect(await sign(first.url, STRANGE)).toMatchObject({
    status: 202,
    json: { status: 'waiting', code: 'held_manual_approval' },
  });
  const before = await (await fetch(`${first.url}/log/checkpoint`)).text();
  first.child.kill('SIGKILL');
  await first.exit;
  const second = await start(path);
  const after = await (await fetch(`${second.url}/log/checkpoint`)).text();
  expect(after).toBe(before);
  expect(openCheckpoint(nodeCrypto, world.directory, after).size).toBe(3);
  expect(await sign(second.url, TRUSTED, key)).toEqual(signed);
});

/** A person's link to a running Signer, signed in. */
async function linked(url: string, who: Person): Promise<Raw> {
  const raw = connectRaw({ url: new URL(url).origin });
  const { nonce } = await raw.until('hello');
  const expires = new Date(Date.now() + 3600_000).toISOString();
  raw.send({ type: 'sign-in', ref: 1, sealed: makeSession(world, who, { nonce, expires }).sealed });
  await raw.until('welcome');
  return raw;
}

test('two officers change the directory: answered at once, in the chain file, and there after kill -9 with an older file', async () => {
  const path = await config();
  const first = await start(path);
  const { ana, ben } = world.people;
  const { proposal, digest, next } = secondKey(world.trust, ana);
  const [mine, other] = [await linked(first.url, ana), await linked(first.url, ben)];
  mine.send({ type: 'propose-directory', ref: 2, proposal });
  expect(await mine.until('accepted')).toEqual({ type: 'accepted', ref: 2 });
  other.send({ type: 'sign-directory', ref: 2, digest, signature: signatureOf(ben, next) });
  expect(await other.until('accepted')).toEqual({ type: 'accepted', ref: 2 });
  const served = async (url: string): Promise<unknown> => (await fetch(`${url}/directory`)).json();
  const chain = await served(first.url);
  expect(verifyChain(nodeCrypto, chain, world.pin).latestDigest).toBe(digest);
  expect(JSON.parse(await readFile(join(dir, 'chain.json'), 'utf8'))).toEqual(chain);
  expect((await sign(first.url, STRANGE)).status).toBe(202);
  first.child.kill('SIGKILL');
  await first.exit;
  await writeFile(join(dir, 'chain.json'), JSON.stringify(world.chain));
  const second = await start(path);
  expect(await served(second.url)).toEqual(chain);
  expect((await sign(second.url, TRUSTED)).status).toBe(200);
});

test('SIGTERM, and the end of stdin where the configuration says so, end it cleanly', async () => {
  const first = await start(await config());
  first.child.stdin!.end();
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  const second = await start(await config({ endWithStdin: true }));
  second.child.stdin!.end();
  expect(await second.exit).toBe(0);
});

describe('does not start, and says why in one line', () => {
  async function expectEnd(path: string, code: number, why: string) {
    const { exit, said } = run(path);
    expect(await exit).toBe(code);
    expect(said.out).toBe('');
    expect(said.err.trim().split('\n')).toHaveLength(1);
    expect(said.err).toContain(`[${why}]`);
    expect(said.err).not.toMatch(/\n\s+at /);
  }

  test('another process has the data directory', async () => {
    await start(await config());
    await expectEnd(await config(), 2, 'data_locked');
  });

  test.each<[string, Partial<ConfigInput>, number, string]>([
    ['plain HTTP without dev', { dev: false }, 2, 'file_malformed'],
    ['dev on every address', { listen: { host: '0.0.0.0', port: 0 } }, 2, 'file_malformed'],
    ['a chain that is not there', { chain: 'none.json' }, 2, 'file_missing'],
    ['another pin', { pin: `sha256:${'0'.repeat(64)}` }, 1, 'directory_unpinned'],
    ['keys that are not there', { keys: { files: 'none', pkcs11: [] } }, 2, 'file_missing'],
  ])('%s', async (_title, change, code, why) => {
    await expectEnd(await config(change), code, why);
  });

  test('a policy that the directory does not name', async () => {
    await writeFile(join(dir, 'policy.json'), JSON.stringify({ ...world.policy, requestSeconds: 7 }));
    await expectEnd(await config(), 1, 'policy_mismatch');
  });

  test('a member that the configuration does not have', async () => {
    await expectEnd(await config({ surprise: 1 } as Partial<ConfigInput>), 2, 'file_malformed');
  });

  test('no configuration', async () => {
    await expectEnd(join(dir, 'none.json'), 2, 'file_missing');
  });
});
