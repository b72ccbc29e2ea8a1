// stella as a person runs it: its exit codes, its one JSON object, and what it says of every kind of lack.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { canonical } from '../../core/json/canonical.ts';
import { toPem } from '../../core/key/pem.ts';
import { bundleBy, playStory } from '../support/evidence-world.ts';
import { replaceKey } from '../support/rotate.ts';
import { playSigned } from '../support/signature-world.ts';
import { playSpend } from '../support/spend-world.ts';
import { makeWorld, samplePayload, successor } from '../support/world.ts';

const dir = mkdtempSync(join(tmpdir(), 'stella-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};

const world = makeWorld();
const { ana, ben, cai } = world.people;
const story = playStory(world);
const spend = playSpend(world).evidence();
const rotated = successor(world.chain, (next) => replaceKey(world, next, 'file:release', 'file:release-2'), [
  ana,
  ben,
]);
const early = playSigned(world, { chain: rotated, after: [2] });
const files = {
  rotated: put('rotated.json', canonical(rotated)),
  early: put('early.json', canonical(early)),
  earlyBundle: put('early-bundle.json', canonical(early.bundle)),
  spend: put('spend.json', canonical(spend)),
  spent: put('spent.json', canonical(spend.bundle)),
  bundle: put('bundle.json', canonical(story.bundles[0]!)),
  plain: put('plain.json', canonical(bundleBy(world, 'file:release', story.payload))),
  artifact: put('app.tgz', 'app.tgz'),
  wrong: put('wrong.tgz', 'wrong'),
  key: put('key.pem', toPem(world.keys['file:release-approved']!.key)),
  directory: put('directory.json', canonical(world.chain)),
  evidence: put('evidence.json', canonical(story.evidence())),
  other: put('other.json', canonical(playStory(world, { payload: samplePayload('other') }).evidence())),
  denied: put('denied.json', canonical(playStory(world, { approve: [], deny: [cai] }).evidence())),
  skipped: put('skipped.json', canonical(successor(world.chain, (d) => void (d.version = 3), [ana, ben]))),
  quorumless: put('quorumless.json', canonical(successor(world.chain, () => undefined, [ana]))),
  garbage: put('garbage.json', '{"a":1,"a":2}'),
};

function stella(...args: string[]) {
  const run = spawnSync(process.execPath, ['cli/main.ts', ...args], { encoding: 'utf8' });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

const verify = (...args: string[]) => {
  const { status, stdout } = stella('verify', '--json', ...args);
  return { status, ...(JSON.parse(stdout) as { verdict: string; code?: string }) };
};
const signed = ['--bundle', files.bundle, '--artifact', files.artifact];
const trusted = [...signed, '--directory', files.directory];

describe('stella verify', () => {
  test('0: approved, by directory and evidence', () => {
    expect(verify(...trusted, '--evidence', files.evidence)).toMatchObject({
      status: 0,
      verdict: 'verified',
      says: 'approved',
    });
    const { stdout } = stella('verify', ...trusted, '--evidence', files.evidence);
    expect(stdout).toContain('decided by ana');
    expect(stdout.trimEnd()).toMatch(/as of directory 1, checkpoint \d+$/);
  });
  test('0: the pin may come from elsewhere', () => {
    expect(verify(...trusted, '--evidence', files.evidence, '--pin', world.pin).status).toBe(0);
    expect(
      verify(...trusted, '--evidence', files.evidence, '--pin', `sha256:${'0'.repeat(64)}`),
    ).toMatchObject({ status: 1, code: 'directory_unpinned' });
  });
  test('0: signature only, with a bare key', () => {
    expect(verify(...signed, '--key', files.key)).toMatchObject({ status: 0, verdict: 'signature only' });
    expect(stella('verify', ...signed, '--key', files.key).stdout).toContain('signature only');
  });
  test('0: a key that needs no approvals', () => {
    expect(
      verify('--bundle', files.plain, '--artifact', files.artifact, '--directory', files.directory),
    ).toMatchObject({ status: 0, says: 'directory' });
  });
  test('0: granted, under a bypass that officers made, with the bundle and from the evidence alone', () => {
    const under = ['--bundle', files.spent, '--artifact', files.artifact, '--directory', files.directory];
    expect(verify(...under, '--evidence', files.spend)).toMatchObject({ status: 0, says: 'granted' });
    const { stdout } = stella('verify', ...under, '--evidence', files.spend);
    expect(stdout).toContain('without the licence');
    expect(stdout).toContain(`1 of 3 under grant ${spend.grant.request.payloadDigest}`);
    expect(stdout).toContain('decided by ana, ben');
    expect(stdout.trimEnd()).toMatch(/as of directory 1, checkpoint \d+$/);
    const alone = ['--evidence', files.spend, '--directory', files.directory];
    expect(verify(...alone)).toMatchObject({ status: 0, says: 'granted' });
    expect(verify(...alone, '--artifact', files.wrong)).toMatchObject({
      status: 1,
      code: 'subject_mismatch',
    });
    expect(verify(...under)).toMatchObject({ status: 1, code: 'approval_missing' });
    expect(verify(...under, '--evidence', files.evidence)).toMatchObject({
      status: 1,
      code: 'evidence_mismatch',
    });
  });
  test('0: by a key that is retiring, with the place of its signature in the log', () => {
    const under = ['--bundle', files.earlyBundle, '--artifact', files.artifact, '--directory', files.rotated];
    expect(verify(...under)).toMatchObject({ status: 1, code: 'key_proof_missing' });
    expect(stella('verify', ...under).stderr).toContain('Ask the Signer for the evidence of this signature');
    expect(verify(...under, '--evidence', files.early)).toMatchObject({
      status: 0,
      says: 'logged',
      key: 'file:release',
      signature: { leaf: 3, state: 'retiring', directory: 2 },
    });
    const { stdout } = stella('verify', ...under, '--evidence', files.early);
    expect(stdout).toContain('leaf 3 of the log');
    expect(stdout).toContain('it is retiring in the newest directory');
    expect(stdout).toContain('witnessed by signer.test/log/witness/ana-machine');
    expect(stdout.trimEnd()).toMatch(/as of directory 2, checkpoint \d+$/);
    const alone = ['--evidence', files.early, '--directory', files.directory];
    expect(verify(...alone)).toMatchObject({ status: 0, says: 'logged' });
    expect(stella('verify', ...alone).stdout).toContain('Verified: file:release signed this.');
    expect(verify(...alone, '--artifact', files.wrong)).toMatchObject({
      status: 1,
      code: 'subject_mismatch',
    });
    expect(verify(...trusted, '--evidence', files.early)).toMatchObject({
      status: 1,
      code: 'evidence_mismatch',
    });
  });
  test('0: a denial, from its evidence alone', () => {
    expect(verify('--evidence', files.denied, '--directory', files.directory)).toMatchObject({
      status: 0,
      says: 'denied',
    });
    expect(
      verify('--evidence', files.denied, '--directory', files.directory, '--artifact', files.wrong),
    ).toMatchObject({ status: 1, code: 'subject_mismatch' });
  });
  test.each([
    ['approvals missing', trusted, 'approval_missing'],
    ["another request's evidence", [...trusted, '--evidence', files.other], 'evidence_mismatch'],
    [
      'another artifact',
      ['--bundle', files.bundle, '--artifact', files.wrong, '--key', files.key],
      'subject_mismatch',
    ],
    [
      'a bundle that does not parse',
      ['--bundle', files.garbage, '--artifact', files.artifact, '--key', files.key],
      'json_duplicate_key',
    ],
    ['evidence that does not parse', [...trusted, '--evidence', files.garbage], 'json_duplicate_key'],
    [
      'a directory with a skipped version',
      [...signed, '--directory', files.skipped, '--evidence', files.evidence],
      'directory_skipped',
    ],
    [
      'a directory with a wrong quorum',
      [...signed, '--directory', files.quorumless, '--evidence', files.evidence],
      'directory_quorum',
    ],
  ])('1: %s', (_name, args, code) =>
    expect(verify(...args)).toMatchObject({ status: 1, verdict: 'refused', code }),
  );
  test.each([
    ['no arguments', [], 'usage'],
    ['no artifact', ['--bundle', files.bundle, '--key', files.key], 'usage'],
    ['key and directory at once', [...trusted, '--key', files.key], 'usage'],
    ['an unknown option', [...trusted, '--trust-me'], 'usage'],
    ['an option twice', [...trusted, '--bundle', files.plain], 'usage'],
    ['no directory', signed, 'directory_missing'],
    [
      'a missing file',
      ['--bundle', join(dir, 'none'), '--artifact', files.artifact, '--key', files.key],
      'file_missing',
    ],
    [
      'a folder for a file',
      ['--bundle', dir, '--artifact', files.artifact, '--key', files.key],
      'file_missing',
    ],
    ['a key that is none', [...signed, '--key', files.artifact], 'file_malformed'],
    ['a directory that is none', [...signed, '--directory', files.garbage], 'file_malformed'],
  ])('2: %s', (_name, args, code) =>
    expect(verify(...args)).toMatchObject({ status: 2, verdict: 'incomplete', code }),
  );
  test('speaks plainly on stderr, without a stack', () => {
    const { status, stdout, stderr } = stella('verify', ...trusted);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^REFUSED: .*\n.*\ncode: approval_missing\n$/);
  });
});

describe('stella', () => {
  test('without a command, or with an unknown one, says how', () => {
    expect(stella().status).toBe(2);
    expect(stella('sing').stderr).toContain('no command "sing"');
    expect(stella('constructor').status).toBe(2);
    for (const help of [['--help'], ['verify', '--help'], ['review', '--help']])
      expect(stella(...help).status).toBe(0);
  });
  test('review gives the view that decisions carry, and no raw escape', () => {
    const { status, stdout } = stella('review', '--evidence', files.evidence);
    expect(status).toBe(0);
    expect(stdout).toContain(story.decisions[0]!.decision.view.digest);
    expect(stdout).toContain('every byte is rendered');
    const hostile = put(
      'hostile.json',
      samplePayload('\u001b[31m', 'https://cyclonedx.org/bom', { x: '\u202e' }),
    );
    const shown = stella('review', '--payload', hostile).stdout;
    for (const hidden of ['\u001b', '\u202e']) expect(shown).not.toContain(hidden);
    expect(shown).toContain('danger: hidden-text');
  });
});
