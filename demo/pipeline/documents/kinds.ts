// What a document of the pipeline is, and what all of them draw on: products, versions, digests, times, awkward text.
import type { StatementInput } from '../../../core/dsse/statement.ts';
import type { Build } from '../build.ts';
import type { Random } from '../random.ts';

export const documentNames = ['sbom', 'scan', 'vex', 'promotion', 'keyful', 'blind'] as const;
export type DocumentName = (typeof documentNames)[number];

/** `long`: legal and unwieldy names. `hidden`: characters that a reader does not see. */
export type Wording = 'plain' | 'long' | 'hidden';

/** What a document is made of: number `n` of a pipeline, at this time. */
export interface Draft {
  readonly build: Build;
  readonly n: number;
  readonly at: Date;
  readonly random: Random;
  readonly wording: Wording;
}

/** A document, ready to be asked a signature for. */
export type Document = StatementInput;
export type Maker = (draft: Draft) => Document;

export const products = [
  'console',
  'signer',
  'witness',
  'export-center',
  'feed-mirror',
  'policy-engine',
  'scanner-web',
  'scanner-worker',
  'notify',
  'scheduler',
] as const;

const LONG =
  'teams/platform-security/supply-chain/release-candidates/long-term-support/signer-console-with-hardware-security-module-support-and-offline-verification';

/** A version as a release has it, now and then a candidate. */
export function versionOf(random: Random): string {
  const plain = `${1 + random.int(3)}.${random.int(24)}.${random.int(12)}`;
  return random.once(5) ? `${plain}-rc.${1 + random.int(4)}` : plain;
}

/** A container image by name and tag. */
export function imageOf({ random, wording }: Draft): { name: string; version: string; digest: string } {
  const product = random.pick(products);
  const version = versionOf(random);
  const path = wording === 'long' ? LONG : `stella/${product}`;
  return { name: `images.acme.test/${path}:${version}`, version, digest: random.hex(32) };
}

/** A time so many minutes before the document's. */
export const minutesBefore = (at: Date, minutes: number): string =>
  new Date(at.getTime() - minutes * 60_000).toISOString();

/** A sentence in which, when hidden text is wanted, a reader is shown another order than the one that is signed. */
export function sentence(text: string, wording: Wording): string {
  if (wording !== 'hidden') return text;
  const [first = '', ...rest] = text.split(' ');
  return `${first}\u200b \u202e${rest.join(' ')}\u202c`;
}
