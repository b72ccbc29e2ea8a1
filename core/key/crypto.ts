// The port through which core hashes and checks signatures, and the form of a public key.
import { z } from 'zod';
import { Base64 } from '../bytes/form.ts';

/** Signature algorithms. ECDSA signatures are DER (SEC 1 C.5), Ed25519 is RFC 8032, RSA is PKCS#1 v1.5 with SHA-256. */
export const Algorithm = z.enum(['ecdsa-p256-sha256', 'ed25519', 'rsa-pkcs1-sha256']);
export type Algorithm = z.infer<typeof Algorithm>;

/** A public key: its algorithm, and the DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) in standard base64. */
export const PublicKey = z.strictObject({ alg: Algorithm, spki: Base64.min(40).max(1600) });
export type PublicKey = z.infer<typeof PublicKey>;

/** Hashing and signature checks, handed in by whoever has node:crypto. */
export interface Crypto {
  /** SHA-256 (FIPS 180-4): 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
  /** Checks a signature over the whole message (hashing included). Never throws: a key it cannot use is `false`. */
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean;
}
