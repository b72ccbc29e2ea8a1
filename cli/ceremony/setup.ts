// What a real ceremony at a terminal was set up with, kept in its folder so that `resume` needs nothing else.
import { join } from 'node:path';
import { z } from 'zod';
import { readOpening } from '../../ceremony/ceremony.ts';
import { LackFault } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { Digest } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import { makePrivateDir, readIfThere, writeAtomic } from '../../ports/files.ts';

/**
 * `ca` is the certificate that the Signer's must be issued by (PEM; null for plain HTTP on loopback), `pin` the digest of the
 * directory's version 1. `conf` is SoftHSM's configuration where there is one, `virtual` a folder of virtual keys (demo).
 */
const Setup = z.strictObject({
  _type: z.literal('https://stella.ops/signer/ceremony-setup/v1'),
  signer: z.string().min(1).max(300),
  ca: z.string().max(65_536).nullable(),
  pin: Digest,
  module: z.string().startsWith('/'),
  conf: z.string().nullable(),
  virtual: z.string().nullable(),
});
export type Setup = z.infer<typeof Setup>;

const FILE = 'setup.json';

/** Rejects with LackFault `usage` when the folder is another ceremony's. */
export async function writeSetup(folder: string, setup: Setup): Promise<void> {
  await makePrivateDir(folder);
  if ((await readOpening(folder)) !== null)
    throw new LackFault('usage', `${folder} holds a ceremony already; resume it, or name another folder`);
  await writeAtomic(join(folder, FILE), canonical(setup));
}

/** The set-up; null where the folder has none. Rejects with Refusal `schema`. */
export async function readSetup(folder: string): Promise<Setup | null> {
  const bytes = await readIfThere(join(folder, FILE));
  return bytes === undefined ? null : parseAs(Setup, parseCanonical(bytes));
}
