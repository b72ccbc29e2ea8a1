// The three scenes as a person runs them, and every field of what they hand out checked by a stranger's own lines.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openssl, softhsm } from '../support/needs.ts';
import {
  jcs,
  json,
  openCheckpoint,
  opensslVerifies,
  pae,
  rootFrom,
  sha256,
  type Loose,
} from './independent.ts';
import { demo, points, stellaVerify, type Ended } from './run.ts';
import { withoutProgram } from './hidden.ts';

const keys =
  'requestId kind held findings decisions keyProvider payloadDigest view artifact bundle envelope publicKey evidence directory log verified'.split(
    ' ',
  );
const root = mkdtempSync(join(tmpdir(), 'demo-e2e-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Played {
  ended: Ended;
  result: Loose;
}

const tmp = join(root, 'tmp');
mkdirSync(tmp);

async function play(scene: string, name = scene, env: NodeJS.ProcessEnv = {}): Promise<Played> {
  const ended = await demo(['--scene', scene, '--json', '--out', join(root, name)], { TMPDIR: tmp, ...env });
  if (ended.status !== 0) throw new Error(`exit ${ended.status}: ${ended.stderr}`);
  return { ended, result: JSON.parse(ended.stdout) };
}

const hex = (bytes: Buffer): string => bytes.toString('hex');
const digestOfFile = (path: string): string => hex(sha256(readFileSync(path)));
const latest = (path: string) => json(path).versions.at(-1).directory;

/** What must hold for every scene. */
function checkCommon({ ended, result }: Played, folder: string): void {
  expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(Object.keys(result)).toEqual(keys);
  expect(result.held).toBe(true);
  expect(result.verified).toBe(true);
  const paths = [result.artifact, result.publicKey, result.evidence, result.directory, result.log.checkpoint];
  for (const path of paths) {
    expect(isAbsolute(path) && path.startsWith(folder) && statSync(path).isFile()).toBe(true);
  }
  const evidence = json(result.evidence);
  const payload = Buffer.from(evidence.payload, 'base64');
  expect(result.payloadDigest).toBe(`sha256:${hex(sha256(payload))}`);
  const statement = JSON.parse(payload.toString());
  expect(statement.subject).toHaveLength(1);
  expect(statement.subject[0].digest.sha256).toBe(digestOfFile(result.artifact));
  expect(statement.predicateType).toBe('https://cyclonedx.org/bom');
  expect(statement.predicate).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: expect.stringMatching(/^1\./),
  });
  expect(statement.predicate.metadata.component.name).toBe('signer-console');
  expect(statement.predicate.components.some((c: { name: string }) => c.name === 'zod')).toBe(true);
  expect(payload.toString()).toBe(jcs(statement));
  expect(evidence.request.id).toBe(result.requestId);
  expect(evidence.request.kind).toBe(result.kind);
  expect(evidence.request.findings).toEqual(result.findings);
  const said = evidence.decisions.map((sealed: Loose) => ({
    ...sealed.decision,
    digest: `sha256:${hex(sha256(jcs(sealed)))}`,
  }));
  expect(result.decisions).toHaveLength(said.length);
  for (const [at, { officer, device, machine, verdict, reason, digest, view }] of said.entries()) {
    expect(result.decisions[at]).toMatchObject({ officer, device, machine, verdict, reason, digest });
    expect(result.view).toEqual(view);
  }
  checkLog(result, evidence);
}

/** The named leaf is in the tree that the log signed. */
function checkLog(result: Played['result'], evidence: Loose): void {
  const directory = latest(result.directory);
  const logKey = directory.keys.find((key: { use: string }) => key.use === 'log').key.spki;
  const { size, root: signed } = openCheckpoint(
    readFileSync(result.log.checkpoint, 'utf8'),
    directory.origin,
    logKey,
  );
  const leaf = evidence.leaves.find(({ index }: { index: number }) => index === result.log.leafIndex);
  expect(leaf.record).toMatchObject({ requestId: result.requestId });
  const data = sha256(Buffer.from(leaf.salt, 'base64url'), jcs(leaf.record));
  const proof = leaf.proof.map((hash: string) => Buffer.from(hash, 'base64'));
  expect(hex(rootFrom(sha256(Buffer.from([0]), data), leaf.index, size, proof))).toBe(hex(signed));
}

/** What must hold where something was signed. */
function checkSigned({ result }: Played): void {
  const bundle = json(result.bundle);
  expect(bundle.mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
  expect(json(result.envelope)).toEqual(bundle.dsseEnvelope);
  const { payload, payloadType, signatures } = bundle.dsseEnvelope;
  const bytes = Buffer.from(payload, 'base64');
  expect(`sha256:${hex(sha256(bytes))}`).toBe(result.payloadDigest);
  expect(signatures).toHaveLength(1);
  const publicKey = readFileSync(result.publicKey, 'utf8');
  const signature = Buffer.from(signatures[0].sig, 'base64');
  expect(opensslVerifies(publicKey, pae(payloadType, bytes), signature)).toBe(true);
  expect(
    opensslVerifies(publicKey, pae(payloadType, Buffer.concat([bytes, Buffer.from(' ')])), signature),
  ).toBe(false);
  const der = Buffer.from(publicKey.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  expect(signatures[0].keyid).toBe(sha256(der).toString('base64'));
  expect(bundle.verificationMaterial.publicKey.hint).toBe(signatures[0].keyid);
  const key = latest(result.directory).keys.find(
    (k: { key: { spki: string } }) => k.key.spki === der.toString('base64'),
  );
  expect(key).toMatchObject({ use: 'release', approvalOnly: true, state: 'active' });
  expect(key.name.startsWith(result.keyProvider)).toBe(true);
}

const argsOf = ({ result }: Played): string[] => [
  ...(result.bundle === null ? [] : ['--bundle', result.bundle]),
  '--artifact',
  result.artifact,
  '--directory',
  result.directory,
  '--evidence',
  result.evidence,
];

/** A byte of one file is flipped in a copy, and stella no longer accepts it. */
function flipped(played: Played, member: 'bundle' | 'evidence' | 'artifact', at: number) {
  const copy = mkdtempSync(join(root, 'flip-'));
  const path = join(copy, 'file');
  cpSync(played.result[member], path);
  const bytes = readFileSync(path);
  const place = Math.floor(bytes.length * at);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  return stellaVerify(...argsOf(played).map((arg) => (arg === played.result[member] ? path : arg)));
}

const TIME = 90_000;

describe.each([
  ['manual', 'manual-approval', 1],
  ['keyful', 'key-approval', 2],
] as const)('%s', (scene, kind, approvals) => {
  let played: Played;
  beforeAll(async () => {
    played = await play(scene);
  }, TIME);

  test('hands out what a stranger can check', () => {
    checkCommon(played, join(root, scene));
    checkSigned(played);
    expect(played.result.kind).toBe(kind);
    expect(played.result.decisions.map((d: { verdict: string }) => d.verdict)).toEqual(
      Array.from({ length: approvals }, () => 'approve'),
    );
    expect(new Set(played.result.decisions.map((d: { machine: string }) => d.machine)).size).toBe(approvals);
  });
  test('stella verify: 0, and 1 after one byte of bundle, evidence or artifact', () => {
    expect(stellaVerify(...argsOf(played))).toMatchObject({ status: 0, says: 'approved' });
    for (const at of points([0.37], [0.01, 0.5, 0.93])) {
      expect(flipped(played, 'bundle', at).status).toBe(1);
      expect(flipped(played, 'evidence', at).status).toBe(1);
      expect(flipped(played, 'artifact', at)).toMatchObject({ status: 1, code: 'subject_mismatch' });
    }
  });
  test('stella verify: 1 without the evidence', () => {
    const { bundle, artifact, directory } = played.result;
    expect(stellaVerify('--bundle', bundle, '--artifact', artifact, '--directory', directory)).toMatchObject({
      status: 1,
      code: 'approval_missing',
    });
  });
  test('where SoftHSM is, the key is in it', () => {
    expect(played.result.keyProvider.startsWith('pkcs11')).toBe(softhsm() === undefined);
  });
});

describe('denied', () => {
  let played: Played;
  beforeAll(async () => {
    played = await play('denied');
  }, TIME);

  test('nothing is signed, and the denial can be checked', () => {
    checkCommon(played, join(root, 'denied'));
    expect(played.result).toMatchObject({ bundle: null, envelope: null, kind: 'manual-approval' });
    expect(played.result.decisions).toMatchObject([{ verdict: 'deny', reason: expect.stringMatching(/\S/) }]);
    expect(json(played.result.evidence)).toMatchObject({ bundles: [], approvals: [] });
    expect(existsSync(join(root, 'denied', 'bundle.sigstore.json'))).toBe(false);
  });
  test('stella verify: 0 for the denial, 1 after one byte', () => {
    expect(stellaVerify(...argsOf(played))).toMatchObject({ status: 0, says: 'denied' });
    for (const at of points([0.37], [0.01, 0.5, 0.93]))
      expect(flipped(played, 'evidence', at).status).toBe(1);
  });
});

describe('without SoftHSM', () => {
  const hidden = withoutProgram('softhsm2');
  afterAll(() => hidden.remove());
  test.each(['manual', 'keyful', 'denied'])(
    '%s runs with keys in files, and says so',
    async (scene) => {
      const played = await play(scene, `${scene}-file`, hidden.env);
      checkCommon(played, join(root, `${scene}-file`));
      if (scene !== 'denied') checkSigned(played);
      expect(played.result.keyProvider).toBe('file');
      expect(played.ended.stderr).toContain('softhsm2');
      expect(stellaVerify(...argsOf(played)).status).toBe(0);
    },
    TIME,
  );
});

test('openssl is here', () => expect(openssl()).toBeUndefined());
test('nothing of a demo is left behind but its files', () => expect(readdirSync(tmp)).toEqual([]));
