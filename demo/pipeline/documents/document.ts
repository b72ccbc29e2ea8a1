// Document number n of a pipeline: what it is, how it is worded, and how a signature is asked for it.
import type { SignBody } from '../../../contract/wire/sign.ts';
import type { Build } from '../build.ts';
import { randomOf, type Random } from '../random.ts';
import { blind } from './blind.ts';
import { keyful } from './keyful.ts';
import type { DocumentName, Maker, Wording } from './kinds.ts';
import { promotion } from './promotion.ts';
import { sbom } from './sbom.ts';
import { scan } from './scan.ts';
import { vex } from './vex.ts';

const makers: Readonly<Record<DocumentName, Maker>> = { sbom, scan, vex, promotion, keyful, blind };

/** What does not change between documents. `trusted` is the scanner image that the allowlist names. */
export interface Source {
  readonly build: Build;
  readonly seed: number;
  readonly trusted: string;
  /** The name of the key that an officer holds, or that wants a quorum. */
  readonly keyful: string;
}

/** `trusted`: from a scanner that is allowed, so that nobody is asked unless the key wants it. */
export interface Wanted {
  readonly name: DocumentName;
  readonly n: number;
  readonly at: Date;
  readonly wording?: Wording;
  readonly trusted?: boolean;
}

/** The first dozen are plain; after that some are unwieldy, and a few not what they seem. */
function wordingOf(n: number, random: Random): Wording {
  if (n < 12) return 'plain';
  const dice = random.int(12);
  return dice === 0 ? 'hidden' : dice < 3 ? 'long' : 'plain';
}

/** The body of POST sign/dsse. The same source and the same wish bring the same bytes. */
export function bodyOf(source: Source, wanted: Wanted): SignBody {
  const { name, n, at } = wanted;
  const random = randomOf(source.seed, n);
  const scanner = `sha256:${random.hex(32)}`;
  const usual = wordingOf(n, random);
  const document = makers[name]({ build: source.build, n, at, random, wording: wanted.wording ?? usual });
  const trusted = wanted.trusted ?? name === 'keyful';
  return {
    ...document,
    scannerImageDigest: trusted ? source.trusted : scanner,
    poe: { format: 'jwt', value: 'demo-entitlement' },
    options: {
      signingMode: 'keyful',
      returnBundle: true,
      ...(name === 'keyful' ? { keyId: source.keyful } : {}),
    },
  };
}
