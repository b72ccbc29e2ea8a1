// A rotation from end to end, with a real Signer process, a real token, and the verifier's own process, which has no network.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DirectoryAnswer, TrustRootAnswer } from '../../../contract/wire/log.ts';
import { SignedAnswer } from '../../../contract/wire/sign.ts';
import { KeysAnswer, VerifyAnswer } from '../../../contract/wire/verify.ts';
import type { Directory, SignerKey } from '../../../core/directory/directory.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { digestBytes, digestOf } from '../../../core/json/digest.ts';
import { verifyChain, type DirectoryChain, type Trust } from '../../../core/trust/chain.ts';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import type { Proposal } from '../../../core/trust/proposal.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { startDriver } from '../../../ports/driver.ts';
import { nextOf, proposalOf } from '../../support/change.ts';
import { needs, softhsm } from '../../support/needs.ts';
import { makeSession, makeWorld, type World } from '../../support/world.ts';
import { tokenStore, USER_PIN, type TokenStore } from '../../native/softhsm-token.ts';
import { TRUSTED } from '../desk/house.ts';
import { connectRaw } from '../feed/rig.ts';
import { fetchOnce, openOutside, type Outside } from './running.ts';

/** The overlap, which has to be long enough for a signature and short enough to wait for its end. */
const OVERLAP = 10_000;
// Some twenty processes, one after another, on a machine that may do other things as well.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

needs('softhsm', softhsm)('a signing key is replaced', () => {
  let tokens: TokenStore;
  let serial: string;
  let world: World;
  let outside: Outside;
  let url: string;
  let trust: Trust;
  let path: string;

  /** A key in the token, made by a process that is not the Signer's. */
  async function generate(id: number): Promise<Pick<SignerKey, 'name' | 'key'>> {
    const driver = await startDriver({
      driver: 'pkcs11',
      config: { module: tokens.library },
      env: tokens.env,
    });
    const pin = new Uint8Array(Buffer.from(USER_PIN));
    const input = { token: serial, id: Uint8Array.of(id), label: `release-${id}` };
    const made = await driver.call('generate', input, { deadlineMs: 20_000, pin });
    await driver.close();
    return { name: made.uri, key: made.publicKey };
  }

  /** The world, with its release key in the token. */
  function inToken({ name, key }: Pick<SignerKey, 'name' | 'key'>): World {
    const made = makeWorld({ defaultKey: name });
    const directory = structuredClone(made.directory);
    Object.assign(directory.keys[0]!, { name, key });
    const chain: DirectoryChain = { ...made.chain, versions: [{ directory, signatures: [] }] };
    const pin = digestOf(nodeCrypto, directory);
    return { ...made, directory, chain, pin, trust: verifyChain(nodeCrypto, chain, pin) };
  }

  beforeAll(async () => {
    tokens = tokenStore();
    serial = tokens.token('signer');
    old = await generate(1);
    world = inToken(old);
    trust = world.trust;
    outside = await openOutside(world);
    await writeFile(join(outside.dir, 'pin'), USER_PIN, { mode: 0o600 });
    const token = { module: tokens.library, pin: 'pin', token: serial, env: { ...tokens.env } };
    path = await outside.config({ keys: { files: 'keys', pkcs11: [token] } });
    ({ url } = await outside.start(path));
    await writeFile(join(outside.dir, 'app.tgz'), 'app.tgz');
  });
  afterAll(async () => {
    await outside.close();
    tokens.remove();
  });

  let old: Pick<SignerKey, 'name' | 'key'>;
  let fresh: Pick<SignerKey, 'name' | 'key'>;
  let end: string;
  const signed: Record<'before' | 'overlap' | 'after', SignedAnswer> = {} as never;

  const published = async (part: string): Promise<object> =>
    (await fetchOnce(`${url}/${part}`)).json() as Promise<object>;
  const put = async (name: string, value: object): Promise<string> => {
    await writeFile(join(outside.dir, name), canonical(value));
    return join(outside.dir, name);
  };
  async function send(proposal: Proposal): Promise<{ status: number; json: unknown }> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(proposal);
    const answer = await fetchOnce(`${url}/directory`, { method: 'POST', headers, body });
    return { status: answer.status, json: await answer.json() };
  }
  /** The next version with its quorum, brought by nobody in particular. */
  function next(change: (directory: Directory) => void): Proposal {
    const { ana, ben } = world.people;
    return proposalOf(ana, nextOf(trust, change), [], [ana, ben]);
  }
  async function bring(proposal: Proposal): Promise<DirectoryAnswer> {
    const { status, json } = await send(proposal);
    expect(status).toBe(200);
    trust = verifyChain(nodeCrypto, await published('directory'), world.pin);
    return DirectoryAnswer.parse(json);
  }
  async function sign(keyId?: string): Promise<SignedAnswer> {
    const { status, json } = await outside.sign(
      url,
      TRUSTED,
      keyId === undefined ? {} : { options: { keyId } },
    );
    expect([status, json['code']]).toEqual([200, undefined]);
    return SignedAnswer.parse(json);
  }
  const evidenceOf = async ({ evidence }: SignedAnswer): Promise<Record<string, unknown>> => {
    const { status, json } = await outside.get(new URL(evidence, url).href);
    expect(status).toBe(200);
    return json;
  };

  interface Verdict {
    readonly status: number | null;
    readonly says?: string;
    readonly code?: string;
    readonly signature?: object;
  }
  /** `stella verify` as a process of its own, with files and nothing else. */
  async function stella(which: keyof typeof signed, evidence?: object, chain?: object): Promise<Verdict> {
    const files = [
      '--bundle',
      await put('bundle.json', signed[which].bundle!),
      '--artifact',
      join(outside.dir, 'app.tgz'),
      '--directory',
      await put('directory.json', chain ?? (await published('directory'))),
      ...(evidence === undefined ? [] : ['--evidence', await put('evidence.json', evidence)]),
    ];
    const run = spawnSync(process.execPath, ['cli/main.ts', 'verify', '--json', ...files], {
      encoding: 'utf8',
    });
    return { status: run.status, ...(JSON.parse(run.stdout) as object) };
  }
  /** POST verify/dsse, which must say the same. */
  async function asked(which: keyof typeof signed, evidence?: object): Promise<VerifyAnswer> {
    const artifact = digestBytes(nodeCrypto, Buffer.from('app.tgz'));
    const body = { bundle: signed[which].bundle, artifact, ...(evidence ? { evidence } : {}) };
    const headers = { 'content-type': 'application/json' };
    const answer = await fetchOnce(`${url}/verify/dsse`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return VerifyAnswer.parse(await answer.json());
  }

  test('before it, the old key signs, and its bundles need no proof', async () => {
    signed.before = await sign();
    expect(signed.before.signer.keyId).toBe(old.name);
    expect(await stella('before')).toMatchObject({ status: 0, says: 'directory' });
  });

  test('a key that was made while the Signer runs signs once the version is in force, and every list says so', async () => {
    fresh = await generate(2);
    end = new Date(Date.now() + OVERLAP).toISOString();
    const proposal = next((directory) => {
      const [release] = directory.keys;
      directory.keys.push({ ...structuredClone(release!), ...fresh, replaces: old.name });
      Object.assign(release!, { state: 'retiring', notAfter: end });
    });
    const link = connectRaw({ url: new URL(url).origin });
    const { nonce } = await link.until('hello');
    const expires = new Date(Date.now() + 3600_000).toISOString();
    link.send({
      type: 'sign-in',
      ref: 1,
      sealed: makeSession(world, world.people.cai, { nonce, expires }).sealed,
    });
    await link.until('welcome');
    link.send({ type: 'subscribe', ref: 2, cursors: [{ tenant: 'acme', seq: 0 }] });
    const incomplete = await send({ ...proposal, signatures: proposal.signatures.slice(0, 1) });
    expect(incomplete).toMatchObject({ status: 403, json: { code: 'quorum_incomplete' } });
    const answer = await bring(proposal);
    expect(answer).toMatchObject({ version: 2, digest: trust.latestDigest });
    expect(openCheckpoint(nodeCrypto, trust.latest, answer.checkpoint).size).toBe(answer.leaf.index + 1);
    expect(await send(proposal)).toEqual({ status: 200, json: answer });
    const heard = { type: 'directory', version: 2, digest: trust.latestDigest, suspensions: [] };
    await expect.poll(() => link.notices, { timeout: 20_000 }).toContainEqual(heard);
    link.ws.close();

    signed.overlap = await sign(old.name);
    signed.after = await sign();
    expect([signed.overlap.signer.keyId, signed.after.signer.keyId]).toEqual([old.name, fresh.name]);
    const { keys, signsNow } = KeysAnswer.parse(await published('keys'));
    expect(signsNow).toBe(fresh.name);
    expect(keys.find(({ name }) => name === old.name)).toMatchObject({
      state: 'retiring',
      notAfter: end,
      replacedBy: fresh.name,
    });
    const root = TrustRootAnswer.parse(await published('trust-root'));
    expect(root).toMatchObject({ pin: world.pin, version: 2, directory: trust.latestDigest });
    expect(root.keys).toEqual(trust.latest.keys);
  });

  test('offline: each with its right verdict, with and without proof', async () => {
    for (const which of ['before', 'overlap'] as const) {
      expect(await stella(which)).toMatchObject({ status: 1, code: 'key_proof_missing' });
      const evidence = await evidenceOf(signed[which]);
      const right = { says: 'logged', signature: { state: 'retiring', directory: 2 } };
      expect(await stella(which, evidence)).toMatchObject({ status: 0, ...right });
      // The directory from before the rotation is enough: the file brings the next version, signed.
      expect(await stella(which, evidence, world.chain)).toMatchObject({ status: 0, ...right });
      expect(await asked(which, evidence)).toMatchObject({ verdict: 'good', says: 'logged' });
      expect(await asked(which)).toMatchObject({ verdict: 'refused', code: 'key_proof_missing' });
    }
    expect(await stella('after')).toMatchObject({ status: 0, says: 'directory' });
    expect(await stella('after', undefined, world.chain)).toMatchObject({ status: 1, code: 'key_unknown' });
    expect(await stella('after', await evidenceOf(signed.after), world.chain)).toMatchObject({
      status: 0,
      says: 'logged',
      signature: { state: 'active' },
    });
  });

  test('what is left out, swapped or edited is refused by the process too', async () => {
    const [before, overlap] = [await evidenceOf(signed.before), await evidenceOf(signed.overlap)];
    const leaves = before['leaves'] as unknown[];
    expect(leaves).toHaveLength(3);
    const cases: [object, string][] = [
      [{ ...before, leaves: leaves.slice(0, 2) }, 'key_proof_missing'],
      [{ ...before, leaves: overlap['leaves'], checkpoint: overlap['checkpoint'] }, 'evidence_mismatch'],
      [overlap, 'evidence_mismatch'],
      [{ ...before, directory: world.chain }, 'directory_skipped'],
      [{ ...before, note: 'trust me' }, 'schema'],
    ];
    for (const [evidence, code] of cases)
      expect(await stella('before', evidence)).toMatchObject({ status: 1, code });
  });

  test('after its end the old key signs for nobody, and what it signed in time stays good', async () => {
    await sleep(Math.max(0, Date.parse(end) + 50 - Date.now()));
    const refused = await outside.sign(url, TRUSTED, { options: { keyId: old.name } });
    expect([refused.status, refused.json['code']]).toEqual([403, 'key_replaced']);
    expect(refused.json['detail']).toContain(`${fresh.name} follows it`);
    expect((await sign()).signer.keyId).toBe(fresh.name);
    expect(await stella('overlap', await evidenceOf(signed.overlap))).toMatchObject({
      status: 0,
      says: 'logged',
    });
  });

  test('once it is revoked: the same, as of then; a file from before has to be fetched anew only where it says too little', async () => {
    const earlier = await evidenceOf(signed.overlap);
    await bring(next((directory) => void (directory.keys[0]!.state = 'revoked')));
    for (const which of ['before', 'overlap'] as const)
      expect(await stella(which, await evidenceOf(signed[which]))).toMatchObject({
        status: 0,
        signature: { state: 'revoked', directory: 3 },
      });
    // Made in the overlap, and fetched in it: nothing in the file shows that it is not younger than the revocation.
    expect(await stella('overlap', earlier)).toMatchObject({ status: 1, code: 'key_proof_missing' });
  });

  test('a Signer that is started anew goes on so', async () => {
    await outside.stop();
    await writeFile(join(outside.dir, 'chain.json'), JSON.stringify(world.chain));
    ({ url } = await outside.start(path));
    expect((await sign()).signer.keyId).toBe(fresh.name);
    expect(await stella('before', await evidenceOf(signed.before))).toMatchObject({
      status: 0,
      says: 'logged',
    });
  });
});
