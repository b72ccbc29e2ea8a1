// The built stella: one file, away from the checkout, with no package beside it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { canonical } from '../../core/json/canonical.ts';
import { wordsOf } from '../../core/words/words.ts';
import { playCeremony } from '../support/ceremony-world.ts';
import { playStory } from '../support/evidence-world.ts';
import { makeWorld } from '../support/world.ts';

const dir = mkdtempSync(join(tmpdir(), 'stella-built-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('verifies alone, and refuses alone', () => {
  const built = spawnSync(
    process.execPath,
    ['scripts/build.ts', '--only', 'stella', '--out', join(dir, 'out')],
    {
      encoding: 'utf8',
    },
  );
  expect(built.status, built.stderr).toBe(0);
  const stella = join(dir, 'stella.mjs');
  copyFileSync(join(dir, 'out', 'stella.mjs'), stella);
  const world = makeWorld();
  const story = playStory(world);
  writeFileSync(join(dir, 'directory.json'), canonical(world.chain));
  writeFileSync(join(dir, 'evidence.json'), canonical(story.evidence()));
  writeFileSync(join(dir, 'bundle.json'), canonical(story.bundles[0]!));
  writeFileSync(join(dir, 'app.tgz'), 'app.tgz');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [stella, 'verify', ...args], { cwd: dir, encoding: 'utf8', env: {} });
  const signed = ['--bundle', 'bundle.json', '--artifact', 'app.tgz', '--directory', 'directory.json'];
  const good = run(...signed, '--evidence', 'evidence.json');
  expect(good.status, good.stderr).toBe(0);
  const seen = spawnSync(process.execPath, [stella, 'review', '--evidence', 'evidence.json', '--json'], {
    cwd: dir,
    encoding: 'utf8',
    env: {},
  });
  const { digest, words } = JSON.parse(seen.stdout) as { digest: string; words: string[] };
  expect(words).toEqual(wordsOf(digest));
  expect(run(...signed).status).toBe(1);
  expect(run(...signed, '--evidence', 'nothing.json').status).toBe(2);

  const held = playCeremony();
  writeFileSync(join(dir, 'chain.json'), canonical(held.chain));
  writeFileSync(join(dir, 'transcript.json'), canonical(held.transcript));
  copyFileSync('assets/ceremonies/rotate-signing-key.yaml', join(dir, 'script.yaml'));
  const ceremony = (...args: string[]) =>
    spawnSync(process.execPath, [stella, 'ceremony', ...args], { cwd: dir, encoding: 'utf8', env: {} });
  expect(ceremony('check', 'script.yaml').stdout).toContain('as published');
  const verified = ceremony(
    'verify',
    'transcript.json',
    '--directory',
    'chain.json',
    '--script',
    'script.yaml',
  );
  expect(verified.status, verified.stderr).toBe(0);
  expect(verified.stdout).toContain('as published');
  expect(ceremony('verify', 'chain.json', '--directory', 'chain.json').status).toBe(1);
});
