// HTTP bodies of POST verify/dsse and GET keys: what a stranger may ask of the Signer instead of checking it alone.
import { z } from 'zod';
import { SignerKey } from '../../core/directory/directory.ts';
import { Digest } from '../../core/json/digest.ts';
import { KeyName } from '../../core/name/names.ts';
import { JsonObject } from '../../core/json/schema.ts';

/** `bundle` is a sigstore bundle v0.3, `artifact` the SHA-256 of the file it speaks of, `evidence` a file of protocol.md 11, 16 or 17. */
export const VerifyBody = z.strictObject({
  bundle: JsonObject,
  artifact: Digest,
  evidence: JsonObject.optional(),
});
export type VerifyBody = z.infer<typeof VerifyBody>;

const AsOf = z.strictObject({ directory: z.int(), checkpoint: z.int().nullable() });

/** The verdict. A refusal is an answer too (200): its `code` is one of core's. `asOf.checkpoint` is null without evidence. */
export const VerifyAnswer = z.discriminatedUnion('verdict', [
  z.strictObject({
    verdict: z.literal('good'),
    says: z.enum(['directory', 'logged', 'approved', 'granted']),
    keyid: z.string(),
    key: z.string(),
    asOf: AsOf,
  }),
  z.strictObject({ verdict: z.literal('refused'), code: z.string(), detail: z.string(), asOf: AsOf }),
]);
export type VerifyAnswer = z.infer<typeof VerifyAnswer>;

/**
 * GET keys: the Signer's keys of the newest directory, with the ids that bundles and envelopes carry, and what lies ahead. A
 * key that is `retiring` signs for those who name it until its `notAfter`; `replacedBy` is the key to name then.
 */
export const KeysAnswer = z.strictObject({
  keys: z.array(
    SignerKey.extend({
      keyid: z.string(),
      replacedBy: KeyName.nullable().describe('the key that follows this one, whatever its state'),
    }),
  ),
  signsNow: KeyName.nullable().describe('the key that signs for those who name none'),
});
export type KeysAnswer = z.infer<typeof KeysAnswer>;
