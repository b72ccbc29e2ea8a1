// The directory that a Console trusts: from the pin only, forward only, and still there after a restart.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DirectoryChain } from '../../../core/trust/chain.ts';
import { openTrust } from '../../../main/app/trust-store.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { newFolder } from '../../support/seat.ts';
import { makeWorld, successor } from '../../support/world.ts';

const without = (id: string) => (d: { officers: { id: string }[] }) =>
  void (d.officers = d.officers.filter((o) => o.id !== id));

describe('the trusted directory', () => {
  test('goes forward, never back, and a restart remembers', async () => {
    const world = makeWorld();
    const { ana, ben } = world.people;
    const next = successor(world.chain, without('dan'), [ana, ben]);
    const path = join(newFolder(), 'directory.json');
    const store = await openTrust(nodeCrypto, path, world.pin);
    expect(() => store.current()).toThrowCode('directory_invalid');
    await store.take(world.chain);
    expect(store.current().latest.version).toBe(1);
    await store.take(next);
    await store.take(world.chain);
    expect(store.current().latest.version).toBe(2);
    const again = await openTrust(nodeCrypto, path, world.pin);
    await again.take(world.chain);
    expect(again.current().latest.officers.map((o) => o.id)).not.toContain('dan');
  });

  test('refuses a fork, a wrong quorum, a skipped version, another pin', async () => {
    const world = makeWorld();
    const { ana, ben, cai } = world.people;
    const store = await openTrust(nodeCrypto, join(newFolder(), 'd.json'), world.pin);
    const next = successor(world.chain, without('dan'), [ana, ben]);
    await store.take(next);
    const fork = successor(successor(world.chain, without('ben'), [ana, cai]), () => undefined, [ana, cai]);
    await expect(store.take(fork)).toRejectCode('directory_invalid');
    await expect(store.take(successor(next, () => undefined, [ana]))).toRejectCode('directory_quorum');
    const third = successor(next, () => undefined, [ana, ben]);
    const [first, , last] = third.versions;
    if (!last) throw new Error('no third version');
    const skipped: DirectoryChain = { ...third, versions: [first, last] };
    await expect(store.take(skipped)).toRejectCode('directory_skipped');
    await expect(store.take(makeWorld().chain)).toRejectCode('directory_unpinned');
    expect(store.current().latest.version).toBe(2);
  });

  test('a file that does not verify is as if there were none', async () => {
    const world = makeWorld();
    const path = join(newFolder(), 'directory.json');
    for (const text of ['', '{', JSON.stringify(makeWorld().chain)]) {
      writeFileSync(path, text);
      expect((await openTrust(nodeCrypto, path, world.pin)).isKnown).toBe(false);
    }
  });
});
