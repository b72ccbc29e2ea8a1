// The Console as the app opens it, with a key behind a real kernel's hidraw: enrolled by the officers' own hands, and used.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { beside, hidraw } from './beside.ts';

const peer = resolve('tests/hidraw/console-peer.ts');

needs('hidraw', hidraw)('the Console, over node-hid', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hidraw-world-'));
  const state = join(folder, 'state');
  const cache = `NODE_COMPILE_CACHE=${join(folder, 'cache')}`;

  /** Runs it here, until it has said something or ended, and then to its end. */
  async function run(...command: string[]): Promise<void> {
    const child = spawn('env', [cache, process.execPath, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'close');
  }

  // Keys, directory, the packed build, and what Node makes of our sources are made out here, where it is fast.
  beforeAll(async () => {
    await run(resolve('demo/world/main.ts'), '--state', state, '--quiet');
    await run(peer);
  }, 90_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(
    'enrols it by a version of the directory that two sign, and approves with it',
    { timeout: 300_000 },
    () => {
      const told: unknown = JSON.parse(beside('console', 'env', cache, process.execPath, peer, state));
      expect(told).toEqual({
        real: { product: 'VIRTUAL security key', virtual: false },
        draft: ['device-added', 'heading', 'heading', 'heading'],
        inForce: [2, 2],
        stage: 'reviewed',
        device: 'ana-real',
        delivery: 'evidenced',
      });
    },
  );
});
