// stella ceremony as a person runs it: scripts checked and printed, transcripts verified, each exit code, nothing raw.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { canonical } from '../../core/json/canonical.ts';
import { printScript, renderTranscript } from '../../core/ceremony/text.ts';
import { verifyTranscript } from '../../core/ceremony/verify.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { SCRIPT, playCeremony } from '../support/ceremony-world.ts';

const dir = mkdtempSync(join(tmpdir(), 'stella-ceremony-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};

const real = playCeremony();
const { world } = real;
const own = { ...SCRIPT, version: 2 };
const files = {
  script: 'assets/ceremonies/rotate-signing-key.yaml',
  own: put('own.json', JSON.stringify(own)),
  broken: put('broken.yaml', '_type: x\n'),
  directory: put('directory.json', canonical(real.chain)),
  older: put('older.json', canonical(world.chain)),
  real: put('real.json', canonical(real.transcript)),
  pretty: put('pretty.json', JSON.stringify(real.transcript, null, 1)),
  garbage: put('garbage.json', '{"a":1,"a":2}'),
};
const owned = playCeremony({ world, opening: { script: own } });
const stopped = playCeremony({
  world,
  happens: { generate: { did: 'stopped', reason: 'fire\u001b[2J\nVerified', bare: true } },
});
const rehearsal = playCeremony({ world, kind: 'rehearsal' });
const more = {
  owned: put('owned.json', canonical(owned.transcript)),
  ownedBy: put('owned-directory.json', canonical(owned.chain)),
  stopped: put('stopped.json', canonical(stopped.transcript)),
  rehearsal: put('rehearsal.json', canonical(rehearsal.transcript)),
  rehearsedBy: put('rehearsal-directory.json', canonical(rehearsal.chain)),
  edited: put('edited.json', canonical({ ...real.transcript, steps: real.transcript.steps.toSpliced(3, 1) })),
};

function stella(...args: string[]) {
  const run = spawnSync(process.execPath, ['cli/main.ts', 'ceremony', ...args], { encoding: 'utf8' });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}
const asJson = (...args: string[]) => {
  const { status, stdout } = stella(...args, '--json');
  return { status, ...(JSON.parse(stdout) as Record<string, unknown>) };
};
const trusted = ['--directory', files.directory];

describe('stella ceremony check', () => {
  test('0: names the script, its steps and roles', () => {
    const { status, stdout } = stella('check', files.script);
    expect(status).toBe(0);
    expect(stdout).toContain('Sound: rotate-signing-key version 1, as published.');
    expect(stdout).toContain('4 generate: custodian, generate-key; signed by custodian, witness');
    expect(asJson('check', files.script)).toMatchObject({ status: 0, verdict: 'sound', published: true });
    expect(asJson('check', files.own)).toMatchObject({ status: 0, version: 2, published: false });
  });
  test('1: not sound, named by line and step; 2: no such file, no file', () => {
    const { status, stderr } = stella('check', files.broken);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^REFUSED: .*line 1, column \d+: _type: .*\n.*\ncode: ceremony_script\n$/);
    expect(asJson('check', join(dir, 'none'))).toMatchObject({ status: 2, code: 'file_missing' });
    expect(asJson('check')).toMatchObject({ status: 2, code: 'usage' });
    expect(asJson('check', files.script, files.own)).toMatchObject({ status: 2, code: 'usage' });
  });
});

test.each([
  ['check', 'Cannot check: '],
  ['print', 'Cannot print: '],
  ['verify', 'Cannot verify: '],
  ['rehearse', 'The rehearsal cannot go on: '],
  ['run', 'The ceremony cannot go on: '],
  ['resume', 'The ceremony cannot go on: '],
  ['burn', 'Cannot be done: '],
])('%s begins what is lacking with: %s', (command, head) => {
  const { status, stdout, stderr } = stella(command);
  expect([status, stdout, stderr.startsWith(head)]).toEqual([2, '', true]);
});

describe('stella ceremony print', () => {
  test('0: the pages of core; 1: a script that is not sound', () => {
    expect(stella('print', files.script)).toMatchObject({
      status: 0,
      stdout: printScript(nodeCrypto, SCRIPT),
    });
    expect(stella('print', files.broken)).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('stella ceremony verify', () => {
  test('0: it holds, as of when', () => {
    const { status, stdout } = stella('verify', files.real, ...trusted);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Verified: this ceremony of demo came to its end\.\n/);
    expect(stdout).toContain('took the place of file:release, whose window ends 2026-12-23T12:07:00.000Z');
    expect(stdout).toContain('script rotate-signing-key version 1, as published');
    expect(stdout.trimEnd()).toMatch(/\nas of directory 2, checkpoint 4$/);
    expect(asJson('verify', files.real, ...trusted)).toMatchObject({
      status: 0,
      verdict: 'verified',
      published: true,
      outcome: 'done',
    });
    expect(
      stella('verify', files.real, ...trusted, '--pin', world.pin, '--script', files.script).status,
    ).toBe(0);
  });
  test('0: stopped, and nothing of what was written stays raw', () => {
    const { status, stdout } = stella('verify', more.stopped, ...trusted);
    expect(status).toBe(0);
    expect(stdout).toContain('was stopped by those who held it');
    expect(stdout).toContain('fire<U+001B>[2J<U+000A>Verified');
    expect(stdout).toContain('file:release goes on; no key took its place');
  });
  test('0: --text is the rendering', () => {
    const verdict = verifyTranscript(nodeCrypto, real.trust, 'real', real.transcript);
    const { status, stdout } = stella('verify', files.real, ...trusted, '--text');
    expect(status).toBe(0);
    expect(stdout).toContain(renderTranscript(real.transcript, verdict));
    expect(stdout.trimEnd()).toMatch(/as of directory 2, checkpoint 4$/);
  });
  test('0: another script is named; 1: where this very one was asked for', () => {
    const theirs = ['--directory', more.ownedBy];
    expect(stella('verify', more.owned, ...theirs).stdout).toContain('NOT one that is published');
    expect(asJson('verify', more.owned, ...theirs)).toMatchObject({ status: 0, published: false });
    expect(asJson('verify', more.owned, ...theirs, '--script', files.own).status).toBe(0);
    expect(asJson('verify', more.owned, ...theirs, '--script', files.script)).toMatchObject({
      status: 1,
      code: 'ceremony_other_script',
    });
  });
  test('a rehearsal: 1, and with --rehearsal 0 but never without saying so', () => {
    const theirs = ['--directory', more.rehearsedBy];
    expect(asJson('verify', more.rehearsal, ...theirs)).toMatchObject({
      status: 1,
      code: 'ceremony_rehearsal',
    });
    const { status, stdout } = stella('verify', more.rehearsal, ...theirs, '--rehearsal');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Verified as a REHEARSAL, which proves nothing/);
    expect(asJson('verify', files.real, ...trusted, '--rehearsal')).toMatchObject({
      status: 1,
      code: 'ceremony_rehearsal',
    });
  });
  test.each([
    ['a step is missing', [more.edited, ...trusted], 'ceremony_order'],
    ['not canonical', [files.pretty, ...trusted], 'json_not_canonical'],
    ['no JSON', [files.garbage, ...trusted], 'json_duplicate_key'],
    ['no transcript', [files.directory, ...trusted], 'schema'],
    [
      'another Signer',
      [files.real, '--directory', files.directory, '--pin', `sha256:${'0'.repeat(64)}`],
      'directory_unpinned',
    ],
    ['a version that is not in this chain', [files.real, '--directory', more.ownedBy], 'directory_invalid'],
  ])('1: %s', (_name, args, code) =>
    expect(asJson('verify', ...args)).toMatchObject({ status: 1, verdict: 'refused', code }),
  );
  test('1: the step is named on stderr', () => {
    const { stderr, stdout } = stella('verify', more.edited, ...trusted);
    expect(stdout).toBe('');
    expect(stderr).toContain('step 3 (generate): possession stands there');
  });
  test.each([
    ['no directory', [files.real], 'usage'],
    ['no transcript', [...trusted], 'usage'],
    ['--text and --json', [files.real, ...trusted, '--text'], 'usage'],
    ['a file that is not there', [join(dir, 'none'), ...trusted], 'file_missing'],
    ['a directory that is none', [files.real, '--directory', files.garbage], 'file_malformed'],
    [
      'a script of its own that is none',
      [files.real, ...trusted, '--script', files.broken],
      'file_malformed',
    ],
    ['a directory that ends before', [files.real, '--directory', files.older], 'directory_older'],
  ])('2: %s', (_name, args, code) =>
    expect(asJson('verify', ...args)).toMatchObject({ status: 2, verdict: 'incomplete', code }),
  );
});

test('stella ceremony says what there is', () => {
  expect(stella().status).toBe(2);
  expect(stella('constructor').status).toBe(2);
  const { stdout } = stella('--help');
  for (const name of ['check', 'print', 'verify']) expect(stdout).toContain(name);
});

test.each(['check', 'print', 'verify'])('stella ceremony %s explains itself', (name) => {
  expect(stella(name, '--help')).toMatchObject({ status: 0, stderr: '' });
});
