// The Signer as a process, over real HTTP, with a real Authority and licensing service beside it.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import { verifyChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { ConfigInput } from '../../../signer/app/config.ts';
import { secondKey, signatureOf } from '../../support/change.ts';
import { makeSession, makeWorld, type Person, type World } from '../../support/world.ts';
import { STRANGE, TRUSTED } from '../desk/house.ts';
import { intoSilicon, PRINTED } from '../../support/silicon.ts';
import { connectRaw, type Raw } from '../feed/rig.ts';
import { fetchOnce, openOutside, type Outside } from './running.ts';

let world: World;
let outside: Outside;
let dir: string;
beforeEach(async () => {
  world = makeWorld();
  outside = await openOutside(world);
  ({ dir } = outside);
});
afterEach(() => outside.close());

const config: Outside['config'] = (change) => outside.config(change);
const start: Outside['start'] = (path) => outside.start(path);
const sign: Outside['sign'] = (url, image, asking) => outside.sign(url, image, asking);

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
    await (await fetchOnce(`${second.url}/directory`)).text(),
  ])
    expect(verifyChain(nodeCrypto, JSON.parse(text), world.pin).suspensions).toMatchObject([
      { key: 'file:release' },
    ]);
});

test('signs what passes, holds what does not, and goes on after kill -9 where it was', async () => {
  const path = await config();
  const first = await start(path);
  const key = randomUUID();
  const signed = await sign(first.url, TRUSTED, { key });
  expect(signed).toMatchObject({ status: 200, json: { signer: { keyId: 'file:release' } } });
  expect(await sign(first.url, STRANGE)).toMatchObject({
    status: 202,
    json: { status: 'waiting', code: 'held_manual_approval' },
  });
  const before = await (await fetchOnce(`${first.url}/log/checkpoint`)).text();
  first.child.kill('SIGKILL');
  await first.exit;
  const second = await start(path);
  const after = await (await fetchOnce(`${second.url}/log/checkpoint`)).text();
  expect(after).toBe(before);
  expect(openCheckpoint(nodeCrypto, world.directory, after).size).toBe(3);
  expect(await sign(second.url, TRUSTED, { key })).toEqual(signed);
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
  const served = async (url: string): Promise<unknown> => (await fetchOnce(`${url}/directory`)).json();
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

const token = { module: '/x', pin: 'pin', token: '1' };

describe('does not start, and says why in one line', () => {
  async function expectEnd(path: string, code: number, why: string) {
    const { exit, said } = outside.run(path);
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
    [
      'a token and its keys',
      { keys: { files: 'keys', pkcs11: [{ ...token, keys: ['pkcs11:id=1'] }] } },
      2,
      'file_malformed',
    ],
    [
      'neither a token nor keys',
      { keys: { files: 'keys', pkcs11: [{ module: '/x', pin: 'pin' }] } },
      2,
      'file_malformed',
    ],
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
