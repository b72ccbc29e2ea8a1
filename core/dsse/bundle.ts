// The sigstore bundle v0.3 (sigstore protobuf-specs, sigstore_bundle.proto) of one DSSE signature by a key.
import { z } from 'zod';
import { fromBase64 } from '../bytes/base64.ts';
import { Refusal } from '../fault/fault.ts';
import { parseStrict } from '../json/parse.ts';
import { parseAs } from '../json/schema.ts';
import { ENVELOPE_BYTES, Envelope, makeEnvelope, payloadOf } from './envelope.ts';

/** The media type of the bundles that we write, and the only one that we read. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * A bundle as the Signer makes it: a key hint, one signature by that key, and no transparency log entries of
 * others, since those would travel unchecked. A v0.3 bundle holds one signature.
 */
export const Bundle = z.strictObject({
  mediaType: z.literal(BUNDLE_TYPE),
  verificationMaterial: z.strictObject({
    publicKey: z.strictObject({ hint: z.string().min(1).max(200) }),
    tlogEntries: z.array(z.never()).max(0),
  }),
  dsseEnvelope: Envelope.refine(
    ({ payload, signatures }) => payload !== '' && signatures.length === 1,
    'not one signature over a payload',
  ),
});
export type Bundle = z.infer<typeof Bundle>;

/** What a bundle says, decoded. */
export interface KeyBundle {
  readonly bundle: Bundle;
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** Payload, its type, and the signature over its PAE by the key that `keyid` names. */
export type BundleParts = Omit<KeyBundle, 'bundle'>;

/** The bundle of one signature. Refusal `bundle_invalid` for what no bundle can hold (an empty payload, no key id). */
export function makeBundle({ payload, payloadType, keyid, signature }: BundleParts): Bundle {
  const bundle = {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: keyid }, tlogEntries: [] },
    dsseEnvelope: makeEnvelope(payloadType, payload, [{ keyid, signature }]),
  };
  return parseAs(Bundle, bundle, 'bundle_invalid');
}

/** Decodes a bundle. Refusal `key_hint_mismatch` when hint and keyid name two keys. Checks no signature. */
export function openBundle(bundle: Bundle): KeyBundle {
  const { dsseEnvelope, verificationMaterial } = bundle;
  const [signed] = dsseEnvelope.signatures;
  if (!signed) throw new Refusal('bundle_invalid', 'no signature');
  if (signed.keyid !== verificationMaterial.publicKey.hint) throw new Refusal('key_hint_mismatch');
  return {
    bundle,
    payload: payloadOf(dsseEnvelope),
    payloadType: dsseEnvelope.payloadType,
    keyid: signed.keyid,
    signature: fromBase64(signed.sig),
  };
}

/**
 * Reads a bundle of ours. Refusal `bundle_invalid` for any other form (certificates, message signatures, log
 * entries, unknown members), `key_hint_mismatch`, or `json_*`. Checks no signature.
 */
export function parseBundle(bytes: Uint8Array): KeyBundle {
  return openBundle(parseAs(Bundle, parseStrict(bytes, { maxBytes: ENVELOPE_BYTES }), 'bundle_invalid'));
}
