// The sandbox's folder: made once, whole or not at all, kept across starts, and in use by one sandbox at a time.
import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonical } from '../../core/json/canonical.ts';
import { Digest } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { InUse, takeFolder } from '../crew/lock.ts';
import { makeTrust } from './trust.ts';

/** Absolute paths, the pin of the directory, and the scanner image that the allowlist trusts. */
export interface Home {
  readonly data: string;
  readonly keys: string;
  readonly chain: string;
  readonly policy: string;
  readonly allowlist: string;
  readonly config: string;
  readonly pin: string;
  readonly scannerImageDigest: string;
  /** Lets the folder go. */
  readonly release: () => void;
}

const Known = z.strictObject({ pin: Digest, scannerImageDigest: Digest });
type Known = z.infer<typeof Known>;

const PRIVATE = { mode: 0o600 } as const;

/** Makes everything in a folder beside the final one, so that a crash half-way leaves nothing that looks whole. */
async function make(root: string, made: string, now: Date): Promise<void> {
  const draft = await mkdtemp(join(root, 'draft-'));
  try {
    const { chain, policy, pin } = await makeTrust(join(draft, 'keys'), now.toISOString());
    const known: Known = { pin, scannerImageDigest: `sha256:${randomBytes(32).toString('hex')}` };
    await writeFile(join(draft, 'directory.json'), canonical(chain), PRIVATE);
    await writeFile(join(draft, 'policy.json'), canonical(policy), PRIVATE);
    await writeFile(
      join(draft, 'allowlist.json'),
      canonical({ digests: [known.scannerImageDigest] }),
      PRIVATE,
    );
    await writeFile(join(draft, 'sandbox.json'), canonical(known), PRIVATE);
    await rename(draft, made);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // whatever is wrong with it is told when it is opened
  }
}

/** Opens the folder, making it (0700) and what belongs in it the first time. Throws InUse, a fault, or the system's error. */
export async function openHome(root: string, now: Date): Promise<Home> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const release = takeFolder(root, 'another sandbox');
  try {
    const made = join(root, 'made');
    if (!(await isThere(made))) await make(root, made, now);
    const known = parseAs(Known, parseStrict(await readFile(join(made, 'sandbox.json'))));
    const data = join(root, 'data');
    await mkdir(data, { recursive: true, mode: 0o700 });
    return {
      data,
      keys: join(made, 'keys'),
      chain: join(made, 'directory.json'),
      policy: join(made, 'policy.json'),
      allowlist: join(made, 'allowlist.json'),
      config: join(root, 'config.json'),
      ...known,
      release,
    };
  } catch (thrown) {
    release();
    throw thrown;
  }
}

const MOST_HOMES = 32;

/** The first folder among `root`, `root-2`, `root-3`... that no other sandbox uses. Throws InUse when there is none. */
export async function openFreeHome(root: string, now: Date): Promise<Home> {
  for (let n = 1; n <= MOST_HOMES; n++) {
    try {
      return await openHome(n === 1 ? root : `${root}-${n}`, now);
    } catch (thrown) {
      if (!(thrown instanceof InUse)) throw thrown;
    }
  }
  throw new InUse(`${root} and ${MOST_HOMES - 1} more like it are in use by other sandboxes`);
}
