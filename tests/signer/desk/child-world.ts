// A world in files, so that a process that will be killed can run the same Signer over the same directory.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Policy } from '../../../core/policy/policy.ts';
import { DirectoryChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { DeskOptions, Step } from '../../../signer/desk/context.ts';
import { Standing } from '../../../signer/desk/standing.ts';
import { checkedKeys } from '../../../signer/keys/checked.ts';
import { openFileKeys } from '../../../signer/keys/file.ts';
import { SignerLog } from '../../../signer/log/log.ts';
import { openStore } from '../../../signer/store/store.ts';
import { NOW, type World } from '../../support/world.ts';

/** Writes chain, policy, pin and the Signer's own keys beside the store. */
export async function saveWorld(world: World, dir: string): Promise<void> {
  await mkdir(join(dir, 'keys'), { recursive: true });
  for (const [name, key] of Object.entries(world.keys)) {
    if (!name.startsWith('file:')) continue;
    const pem = key.private.export({ format: 'pem', type: 'pkcs8' });
    await writeFile(join(dir, 'keys', `${name.slice(5)}.pem`), pem, { mode: 0o600 });
  }
  const { chain, policy, pin } = world;
  await writeFile(join(dir, 'world.json'), JSON.stringify({ chain, policy, pin }));
}

/** What a desk over a saved world is made of: the real store, log and file keys. */
export async function loadDesk(dir: string, onStep: (step: Step) => void): Promise<DeskOptions> {
  const saved: unknown = JSON.parse(await readFile(join(dir, 'world.json'), 'utf8'));
  const { pin } = saved as { pin: string };
  const chain = DirectoryChain.parse((saved as { chain: unknown }).chain);
  const policy = Policy.parse((saved as { policy: unknown }).policy);
  const standing = new Standing(nodeCrypto, chain, pin);
  const store = await openStore(join(dir, 'store'));
  const keys = checkedKeys(nodeCrypto, standing.latest, [await openFileKeys(join(dir, 'keys'))]);
  const random = (n: number) => new Uint8Array(randomBytes(n));
  const log = new SignerLog({ store, crypto: nodeCrypto, keys, directory: standing.latest, random });
  const silent = () => undefined;
  return {
    store,
    log,
    keys,
    crypto: nodeCrypto,
    standing,
    keepChain: (longer) => writeFile(join(dir, 'chain.json'), JSON.stringify(longer)),
    policy,
    // The licensing service does not answer, and nothing else stands in the way.
    gates: {
      poe: async () => ({
        gate: 'poe',
        result: 'unavailable',
        code: 'poe_unavailable',
        facts: { reason: 'down' },
      }),
      release: async () => ({ gate: 'release', result: 'pass', code: 'allowlisted', facts: {} }),
    },
    now: () => new Date(NOW),
    random,
    logger: { info: silent, warn: silent, error: silent },
    onStep,
  };
}
