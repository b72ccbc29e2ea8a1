// HTTP bodies of the log and of what is trusted: proofs, checkpoint, directory, policy, keys.
import { z } from 'zod';
import { Base64 } from '../../core/bytes/form.ts';
import { SignerKey } from '../../core/directory/directory.ts';
import { Digest } from '../../core/json/digest.ts';
import { Leaf } from '../../core/log/record.ts';

const Hashes = z.array(Base64.length(44)).max(126);

/** GET log/inclusion/{leaf}/{size} and log/consistency/{old}/{new}: base64 hashes, RFC 6962 order. */
export const ProofAnswer = z.strictObject({ proof: Hashes });
export type ProofAnswer = z.infer<typeof ProofAnswer>;

/**
 * POST directory, whose body is a proposal (core/trust/proposal.ts) that bears the whole quorum: the version in force, and its
 * leaf in the log, with a checkpoint that ends with it and the leaf's proof there. Directories are public, so the salt is told.
 */
export const DirectoryAnswer = z.strictObject({
  version: z.int(),
  digest: Digest,
  leaf: Leaf,
  checkpoint: z.string(),
});
export type DirectoryAnswer = z.infer<typeof DirectoryAnswer>;

/** GET trust-root: what a verifier pins and what it then finds. `pin` is told for comparison, never to be believed. */
export const TrustRootAnswer = z.strictObject({
  pin: Digest,
  directory: Digest,
  version: z.int(),
  environment: z.string(),
  keys: z.array(SignerKey),
});
export type TrustRootAnswer = z.infer<typeof TrustRootAnswer>;
