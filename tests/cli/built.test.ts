// The built stella, away from the checkout: alone it checks and verifies; with its folder beside it, it holds a ceremony and stops a key.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../core/json/canonical.ts';
import { wordsOf } from '../../core/words/words.ts';
import { everything, typed } from '../ceremony/terminal.ts';
import { playCeremony } from '../support/ceremony-world.ts';
import { playStory } from '../support/evidence-world.ts';
import { needs, softhsm } from '../support/needs.ts';
import { intoSilicon, PRINTED } from '../support/silicon.ts';
import { makeWorld } from '../support/world.ts';

const dir = mkdtempSync(join(tmpdir(), 'stella-built-'));
const out = join(dir, 'out');
const SCRIPT = 'assets/ceremonies/rotate-signing-key.yaml';
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeAll(() => {
  const built = spawnSync(process.execPath, ['scripts/build.ts', '--only', 'stella', '--out', out], {
    encoding: 'utf8',
  });
  expect(built.status, built.stderr).toBe(0);
}, 60_000);

interface Said {
  readonly status: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs a built stella in a folder, with an empty environment and this typed ahead. */
async function run(stella: string, cwd: string, args: readonly string[], input = ''): Promise<Said> {
  const child = spawn(process.execPath, [stella, ...args], { cwd, env: {}, stdio: 'pipe' });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  child.stdin.on('error', () => undefined); // it may end before it read everything
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [unknown];
  return { status, ...said };
}

describe('the one file, without its folder', () => {
  const alone = join(dir, 'alone');
  const stella = join(alone, 'stella.mjs');
  const put = (name: string, bytes: Uint8Array | string): void => writeFileSync(join(alone, name), bytes);
  const ask = (...args: string[]) => run(stella, alone, args);
  beforeAll(() => {
    mkdirSync(alone);
    copyFileSync(join(out, 'stella.mjs'), stella);
  });

  test('verifies alone, and refuses alone', async () => {
    const world = makeWorld();
    const story = playStory(world);
    put('directory.json', canonical(world.chain));
    put('evidence.json', canonical(story.evidence()));
    put('bundle.json', canonical(story.bundles[0]!));
    put('app.tgz', 'app.tgz');
    const signed = ['--bundle', 'bundle.json', '--artifact', 'app.tgz', '--directory', 'directory.json'];
    const good = await ask('verify', ...signed, '--evidence', 'evidence.json');
    expect(good.status, good.err).toBe(0);
    const seen = await ask('review', '--evidence', 'evidence.json', '--json');
    const { digest, words } = JSON.parse(seen.out) as { digest: string; words: string[] };
    expect(words).toEqual(wordsOf(digest));
    expect((await ask('verify', ...signed)).status).toBe(1);
    expect((await ask('verify', ...signed, '--evidence', 'nothing.json')).status).toBe(2);
  });

  test('checks and prints a script, and verifies a transcript', async () => {
    const held = playCeremony();
    put('chain.json', canonical(held.chain));
    put('transcript.json', canonical(held.transcript));
    copyFileSync(SCRIPT, join(alone, 'script.yaml'));
    expect((await ask('ceremony', 'check', 'script.yaml')).out).toContain('as published');
    expect((await ask('ceremony', 'print', 'script.yaml')).out).toContain('The twelve check words');
    const trusted = ['--directory', 'chain.json'];
    const verified = await ask(
      'ceremony',
      'verify',
      'transcript.json',
      ...trusted,
      '--script',
      'script.yaml',
    );
    expect(verified.status, verified.err).toBe(0);
    expect(verified.out).toContain('as published');
    expect((await ask('ceremony', 'verify', 'chain.json', ...trusted)).status).toBe(1);
  });

  test.each([[[]], [['script.yaml']]])(
    'says which part is not there, and makes no folder: %j',
    async (script) => {
      copyFileSync(SCRIPT, join(alone, 'script.yaml'));
      const { status, err } = await ask('ceremony', 'rehearse', ...script, '--folder', 'rehearsal');
      expect([status, err]).toEqual([2, expect.stringContaining('code: part_missing')]);
      expect(err).toContain('Keep the folder stella beside stella.mjs');
      expect(existsSync(join(alone, 'rehearsal'))).toBe(false);
    },
  );
});

/** The built files with the native packages above them, as an installation has them. */
function installed(name: string): string {
  const home = join(dir, name);
  mkdirSync(home);
  symlinkSync(join(process.cwd(), 'node_modules'), join(home, 'node_modules'));
  cpSync(out, join(home, 'dist'), { recursive: true });
  return home;
}

describe('with its folder beside it', () => {
  test('an order to stop a key is signed by a device, and sent', async () => {
    const home = installed('key');
    const world = makeWorld();
    writeFileSync(join(home, 'directory.json'), canonical(world.chain));
    writeFileSync(join(home, 'pin'), PRINTED, { mode: 0o600 });
    intoSilicon(world.people.ana, join(home, 'virtual'));
    const given = ['--signer', 'http://127.0.0.1:1', '--directory', 'directory.json', '--officer', 'ana'];
    const hand = ['--reason', 'A backup was found.', '--virtual', 'virtual', '--pin-file', 'pin'];
    const args = ['key', 'suspend', 'file:release', ...given, ...hand];
    const { status, err } = await run(join(home, 'dist/stella.mjs'), home, args, '\n');
    // nobody is there to take it, which is found out after the device has signed
    expect([status, err]).toEqual([2, expect.stringContaining('The order may have arrived.')]);
    expect(err).toContain('code: unreachable');
  }, 60_000);
});

needs('SoftHSM', softhsm)('with the native packages above it', () => {
  test('and without them: says which is missing, and leaves nothing in the way of the next try', async () => {
    const home = join(dir, 'bare');
    cpSync(out, home, { recursive: true });
    for (let n = 0; n < 2; n++) {
      const args = ['ceremony', 'rehearse', '--folder', 'rehearsal'];
      const { status, err } = await run(join(home, 'stella.mjs'), home, args);
      expect([status, err]).toEqual([2, expect.stringContaining('code: driver_missing')]);
      expect(err).toContain('pkcs11js');
    }
  });

  test('a rehearsal from beginning to end, by the script that came with it, left once on the way', async () => {
    const home = installed('ceremony');
    const stella = join(home, 'dist', 'stella.mjs');
    const first = typed.gather + typed['check-hsm'] + typed['right-hsm'];
    const args = ['--folder', 'rehearsal', '--pins', 'rehearsal/pins'];
    const begun = await run(stella, home, ['ceremony', 'rehearse', ...args], first);
    expect([begun.status, begun.err]).toEqual([2, expect.stringContaining('nothing is lost')]);
    const rest = everything.slice(first.length);
    const ended = await run(stella, home, ['ceremony', 'resume', ...args], rest);
    expect([ended.status, ended.out], ended.err).toEqual([0, expect.stringContaining('REHEARSAL: verified')]);
    copyFileSync(SCRIPT, join(home, 'script.yaml'));
    const trusted = ['--directory', 'rehearsal/board/directory.json', '--script', 'script.yaml'];
    const verify = ['verify', 'rehearsal/transcript.json', ...trusted, '--rehearsal'];
    const verified = await run(stella, home, ['ceremony', ...verify]);
    expect([verified.status, verified.err]).toEqual([0, '']);
  }, 120_000);
});
