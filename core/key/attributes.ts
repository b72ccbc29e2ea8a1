// What a token says of a private key: where it was made, and whether it can leave.
import { z } from 'zod';

/** Attributes of a private key (PKCS#11 2.40, 4.9), read back from the token. */
export const KeyAttributes = z.strictObject({
  sensitive: z.boolean(),
  alwaysSensitive: z.boolean(),
  extractable: z.boolean(),
  neverExtractable: z.boolean(),
  local: z.boolean(),
  wrap: z.boolean(),
  unwrap: z.boolean(),
  sign: z.boolean(),
  alwaysAuthenticate: z.boolean(),
});
export type KeyAttributes = z.infer<typeof KeyAttributes>;

const wanted: readonly (readonly [keyof KeyAttributes, boolean])[] = [
  ['sensitive', true],
  ['alwaysSensitive', true],
  ['extractable', false],
  ['neverExtractable', true],
  ['local', true],
  ['wrap', false],
  ['unwrap', false],
  ['sign', true],
];

/** The first attribute by which a key could leave its token, or cannot sign; undefined for a key that is as it must be. */
export function weaknessOf(attributes: KeyAttributes): keyof KeyAttributes | undefined {
  return wanted.find(([name, value]) => attributes[name] !== value)?.[0];
}
