// A disk that fails while the whole state is written: nothing that was acknowledged may be lost, whatever the disk names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { openQueue } from '../../../main/queue/queue.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import * as files from '../../../ports/files.ts';

const plan = vi.hoisted(() => ({ fail: 'never' as 'never' | 'before' | 'after' }));
vi.mock('../../../ports/files.ts', async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    writeAtomic: async (path: string, bytes: Uint8Array) => {
      const enospc = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      if (plan.fail === 'before') throw enospc;
      await real.writeAtomic(path, bytes);
      if (plan.fail === 'after') throw enospc; // renamed, but the directory could not be synced
    },
  };
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'queue-'));
  plan.fail = 'never';
  return () => rmSync(dir, { recursive: true, force: true });
});

test.each(['before', 'after'] as const)('failing %s the state is in place', async (when) => {
  const open = () => openQueue({ dir, crypto: nodeCrypto, now: () => new Date(0), linesPerState: 2 });
  const alarm = (seq: number) => ({ stage: 'alarmed' as const, tenant: 'acme', seq, code: 'x', about: 'y' });
  const queue = await open();
  await queue.receive(alarm(1));
  await queue.receive(alarm(2));
  plan.fail = when;
  for (let i = 0; i < 3; i++) await expect(queue.receive(alarm(3))).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(queue.cursors()).toEqual([{ tenant: 'acme', seq: 2 }]);
  plan.fail = 'never';
  await queue.receive(alarm(3));
  await queue.receive(alarm(4));
  await queue.close();
  const again = await open();
  expect(again.found).toEqual({ torn: 0, lost: null });
  expect(again.cursors()).toEqual([{ tenant: 'acme', seq: 4 }]);
  await again.close();
});
