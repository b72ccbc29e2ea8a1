// The gate `release`: whether the scanner's image is one that the allowlist trusts.
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { LackFault, isFault } from '../../core/fault/fault.ts';
import { Digest, digestBytes } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { Gate } from '../desk/ports.ts';

/** The file: a JSON object with the digests of trusted scanner images. */
export const Allowlist = z.strictObject({ digests: z.array(Digest).max(100_000) });
export type Allowlist = z.infer<typeof Allowlist>;

interface Loaded {
  readonly digests: ReadonlySet<string>;
  readonly digest: string;
  readonly stamp: string;
}

async function load(path: string, stamp: string): Promise<Loaded> {
  const bytes = await readFile(path);
  try {
    const { digests } = parseAs(Allowlist, parseStrict(bytes));
    return { digests: new Set(digests), digest: digestBytes(nodeCrypto, bytes), stamp };
  } catch (thrown) {
    if (isFault(thrown)) throw new LackFault('file_malformed', path, thrown);
    throw thrown;
  }
}

/**
 * Makes the gate over an allowlist file, read again whenever it changed. `allowlisted` passes, `not_allowlisted` fails,
 * and `allowlist_unavailable` is unavailable: a list that cannot be read trusts nothing. Facts name image and list.
 */
export function makeRelease(path: string, report: (thrown: unknown) => void = () => undefined): Gate {
  let loaded: Loaded | undefined;
  async function current(): Promise<Loaded> {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    const stamp = `${mtimeNs} ${size} ${ino}`;
    if (loaded?.stamp !== stamp) loaded = await load(path, stamp);
    return loaded;
  }
  return async (_caller, { scannerImageDigest }) => {
    try {
      const { digests, digest } = await current();
      const pass = digests.has(scannerImageDigest);
      const facts = { scannerImageDigest, allowlist: digest };
      return pass
        ? { gate: 'release', result: 'pass', code: 'allowlisted', facts }
        : { gate: 'release', result: 'fail', code: 'not_allowlisted', facts };
    } catch (thrown) {
      report(thrown);
      return {
        gate: 'release',
        result: 'unavailable',
        code: 'allowlist_unavailable',
        facts: { scannerImageDigest },
      };
    }
  };
}
