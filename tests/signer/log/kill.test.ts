// kill -9 of a process that appends: what was acknowledged is there, and the tree goes on from the last checkpoint.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leafData } from '../../../core/log/leaf.ts';
import { leafHash, rootOf, verifyConsistency } from '../../../core/log/merkle.ts';
import { openCheckpoint, type OpenCheckpoint } from '../../../core/trust/checkpoint.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { makeWorld } from '../../support/world.ts';
import { loadDesk, saveWorld } from '../desk/child-world.ts';

const CHILD = fileURLToPath(new URL('append-child.ts', import.meta.url));

/** Lets the child append for a while after its first line, kills it, and returns the whole lines it printed. */
async function runAndKill(
  dir: string,
  ms: number,
): Promise<{ index?: number; about?: string; checkpoint?: string }[]> {
  const child = spawn(process.execPath, [CHILD, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), ms));
  child.stdout.on('data', (part: Buffer) => void (text += part.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return whole.map((line) => JSON.parse(line) as { index?: number });
}

test('the same root after kill -9 at random points', { timeout: 600_000 }, async () => {
  const world = makeWorld();
  const dir = await mkdtemp(join(tmpdir(), 'signer-log-'));
  try {
    await saveWorld(world, dir);
    let last: OpenCheckpoint | undefined;
    let checkpoints = 0; // a round may be killed before its first one
    for (let round = 0; round < count(60); round++) {
      const said = await runAndKill(dir, Math.random() * 60);
      const { log, store } = await loadDesk(dir, () => undefined);
      await log.check();
      const size = await log.size();
      const leaves = [];
      for (let at = 0; at < size; at += 500) leaves.push(...(await log.leaves(at, Math.min(size, at + 500))));
      const root = rootOf(
        nodeCrypto,
        leaves.map((l) =>
          leafHash(nodeCrypto, leafData(nodeCrypto, Buffer.from(l.salt, 'base64url'), l.record)),
        ),
      );
      const now = openCheckpoint(nodeCrypto, world.directory, await log.checkpoint());
      expect(now.size).toBe(leaves.length);
      expect(Buffer.from(now.root).equals(root)).toBe(true);
      for (const { index, about } of said)
        if (index !== undefined) expect(leaves[index]?.record).toMatchObject({ about });
      const seen = said.flatMap(({ checkpoint }) =>
        checkpoint ? [openCheckpoint(nodeCrypto, world.directory, checkpoint)] : [],
      );
      for (const old of last ? [last, ...seen] : seen) {
        const proof = (await log.consistency(old.size, size)).map(
          (h) => new Uint8Array(Buffer.from(h, 'base64')),
        );
        const claim = { oldSize: old.size, newSize: size, oldRoot: old.root, newRoot: now.root, proof };
        expect(verifyConsistency(nodeCrypto, claim)).toBe(true);
      }
      checkpoints += seen.length;
      last = now;
      await store.close();
    }
    expect(checkpoints).toBeGreaterThan(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
