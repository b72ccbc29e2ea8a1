// A soft security key put into a virtual key's file, so that a real driver process signs with it.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VirtualKeySeat } from '../../contract/demo/world.ts';
import { RP_ID } from './soft-devices.ts';
import type { Person } from './world.ts';

export const PRINTED = '4711-4711';

/** Puts a person's soft key into a virtual key's file, with the printed PIN. */
export function intoSilicon(who: Person, folder: string): VirtualKeySeat {
  const { device, soft } = who.key;
  if (device.kind !== 'security-key') throw new Error('not a security key');
  const store = join(folder, `${device.id}.json`);
  const credential = {
    id: Buffer.from(device.credentialId, 'base64url').toString('base64'),
    rpId: RP_ID,
    userId: Buffer.from(who.id).toString('base64'),
    userName: who.id,
    privateKey: soft.private.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    counter: 0,
  };
  const state = {
    notice: 'Virtual security key for tests and demos: these private keys protect nothing.',
    revision: 0,
    pinHash: createHash('sha256').update(PRINTED).digest().subarray(0, 16).toString('base64'),
    pinRetries: 8,
    credentials: [credential],
  };
  writeFileSync(store, JSON.stringify(state), { mode: 0o600 });
  const path = `virtual:${device.id}`;
  return { path, store, name: 'key', serial: 'V-1', pin: PRINTED, enrolled: device.id };
}
