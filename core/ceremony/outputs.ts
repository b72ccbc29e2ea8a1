// What a ceremony's acts leave behind: real outputs of the HSM and the Signer, as they go into the signed step.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { Envelope } from '../dsse/envelope.ts';
import { Digest } from '../json/digest.ts';
import { KeyAttributes } from '../key/attributes.ts';
import { PublicKey } from '../key/crypto.ts';
import { Leaf } from '../log/record.ts';
import { KeyName, Time } from '../name/names.ts';

const Said = z.string().max(200);

/** CK_TOKEN_INFO and CK_INFO (PKCS#11 2.40, 3.1 and 3.2), and the digest of the module's file. */
const CheckHsm = z.strictObject({
  act: z.literal('check-hsm'),
  serial: Said.min(1),
  label: Said,
  manufacturer: Said,
  model: Said,
  firmware: Said,
  module: z.strictObject({ manufacturer: Said, description: Said, version: Said, digest: Digest }),
});

/** `name` is the key's RFC 7512 URI by token serial and CKA_ID, `keyid` what bundles will name. */
const GenerateKey = z.strictObject({
  act: z.literal('generate-key'),
  name: KeyName,
  key: PublicKey,
  keyid: Base64.length(44),
  attributes: KeyAttributes,
});

const ProvePossession = z.strictObject({ act: z.literal('prove-possession'), envelope: Envelope });
const EndorseKey = z.strictObject({ act: z.literal('endorse-key'), envelope: Envelope });

/** The version that the quorum signed, and when the old key's window ends. */
const DecideDirectory = z.strictObject({
  act: z.literal('decide-directory'),
  version: z.int().min(2),
  digest: Digest,
  notAfter: Time,
});

/** `leaf` is the version's own leaf; `consistency` leads from the checkpoint of the opening to this one (RFC 6962, 2.1.2). */
const PublishDirectory = z.strictObject({
  act: z.literal('publish-directory'),
  version: z.int().min(2),
  digest: Digest,
  leaf: Leaf,
  checkpoint: z.string().min(1).max(16_384),
  consistency: z.array(Base64.length(44)).max(63),
});

/** `digest` is that of the step before, which seals everything until then; `words` say it. */
const ReadWords = z.strictObject({
  act: z.literal('read-words'),
  digest: Digest,
  words: z.array(z.string().min(1).max(20)).length(12),
});

/** One act's output. `presence` leaves none: the signatures are the proof. */
export const Output = z.discriminatedUnion('act', [
  CheckHsm,
  GenerateKey,
  ProvePossession,
  EndorseKey,
  DecideDirectory,
  PublishDirectory,
  ReadWords,
]);
export type Output = z.infer<typeof Output>;
export type OutputOf<A extends Output['act']> = Extract<Output, { act: A }>;
