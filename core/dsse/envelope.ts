// The DSSE envelope (DSSE v1.0.2, envelope.md): payload, its type, and who signed.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { Refusal } from '../fault/fault.ts';
import { parseStrict } from '../json/parse.ts';
import { parseAs } from '../json/schema.ts';

/** Room for a payload of 16 MiB in base64, and the members around it. */
export const ENVELOPE_BYTES = 24 * 1024 * 1024;

const EnvelopeSignature = z.strictObject({
  keyid: z.string().min(1).max(200),
  sig: Base64.min(4).max(4096),
});

/** A DSSE envelope whose signatures all name their key, no key twice. Binary in standard base64. */
export const Envelope = z.strictObject({
  payload: Base64,
  payloadType: z.string().min(1).max(200),
  signatures: z
    .array(EnvelopeSignature)
    .min(1)
    .max(64)
    .refine((all) => new Set(all.map(({ keyid }) => keyid)).size === all.length, 'a key signs twice'),
});
export type Envelope = z.infer<typeof Envelope>;

/** One signature of an envelope, decoded. */
export interface Signed {
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/**
 * Reads an envelope. Refusal `envelope_invalid` for another form, `json_*` for bytes that are not strict JSON
 * or exceed 24 MiB.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  return parseAs(Envelope, parseStrict(bytes, { maxBytes: ENVELOPE_BYTES }), 'envelope_invalid');
}

/** The payload's bytes. */
export function payloadOf(envelope: Envelope): Uint8Array {
  return fromBase64(envelope.payload);
}

/** Puts payload and signatures together. Refusal `envelope_invalid` without a signature or with a key twice. */
export function makeEnvelope(payloadType: string, payload: Uint8Array, signed: readonly Signed[]): Envelope {
  const ids = new Set(signed.map(({ keyid }) => keyid));
  if (signed.length === 0 || ids.size !== signed.length) throw new Refusal('envelope_invalid', 'signatures');
  const signatures = signed.map(({ keyid, signature }) => ({ keyid, sig: toBase64(signature) }));
  return { payload: toBase64(payload), payloadType, signatures };
}
