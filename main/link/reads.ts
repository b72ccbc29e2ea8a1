// What a Console reads from the Signer over HTTP: payload and evidence under its session, log and trust as anybody may.
import { ProofAnswer } from '../../contract/wire/log.ts';
import { paths } from '../../contract/wire/paths.ts';
import { fromUtf8 } from '../../core/bytes/bytes.ts';
import { Refusal } from '../../core/fault/fault.ts';
import { parseEvidence, type Evidence } from '../../core/evidence-file/evidence.ts';
import { digestBytes } from '../../core/json/digest.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { parsePolicy, type Policy } from '../../core/policy/policy.ts';
import { DirectoryChain } from '../../core/trust/chain.ts';
import type { Endpoint } from './endpoint.ts';
import { fetchBytes } from './fetch.ts';

const MIB = 1024 * 1024;
const LARGEST = {
  payload: 16 * MIB,
  evidence: 64 * MIB,
  chain: 64 * MIB,
  policy: MIB,
  proof: 64 * 1024,
  checkpoint: 65536,
};

export interface ReadParts {
  readonly endpoint: Endpoint;
  readonly crypto: Crypto;
  readonly deadline: number;
  /** The Authorization header for a path. Throws WireFault `sign_in_refused` without a session. */
  readonly authorization: (path: string) => string;
}

/** Every method rejects as `fetchBytes` does, and with what its own check throws. */
export interface Reads {
  /** The payload's bytes, checked against the digest: Refusal `payload_mismatch`. */
  fetchPayload(requestId: string, digest: string): Promise<Uint8Array>;
  /** A request's evidence, schema checked; whether it is good is for core/verify to say. */
  fetchEvidence(requestId: string): Promise<Evidence>;
  /** The directory chain, schema checked; it is believed after `verifyChain` only. */
  fetchChain(): Promise<DirectoryChain>;
  /** The policy with this digest: Refusal `policy_mismatch` for another one. */
  fetchPolicy(digest: string): Promise<Policy>;
  /** The newest checkpoint as a note; it is believed after `openCheckpoint` only. */
  fetchCheckpoint(): Promise<string>;
  /** Hashes in base64, RFC 6962 order: that the leaf is in the log of this size. */
  fetchInclusion(leaf: number, size: number): Promise<string[]>;
  /** Hashes in base64: that the log of the new size extends that of the old. */
  fetchConsistency(old: number, size: number): Promise<string[]>;
}

/** Makes the reads. */
export function readsOf({ endpoint, crypto, deadline, authorization }: ReadParts): Reads {
  const get = (path: string, most: number) => fetchBytes(endpoint, { path, most, deadline });
  const seated = async (path: string, most: number) =>
    fetchBytes(endpoint, { path, most, deadline, authorization: authorization(path) });
  const proof = async (path: string) =>
    parseAs(ProofAnswer, parseStrict(await get(path, LARGEST.proof))).proof;
  return {
    fetchPayload: async (requestId, digest) => {
      const bytes = await seated(paths.payload(requestId, digest), LARGEST.payload);
      if (digestBytes(crypto, bytes) !== digest) throw new Refusal('payload_mismatch', requestId);
      return bytes;
    },
    fetchEvidence: async (requestId) =>
      parseEvidence(await seated(paths.evidence(requestId), LARGEST.evidence)),
    fetchChain: async () => {
      const bytes = await get(paths.directory, LARGEST.chain);
      return parseAs(DirectoryChain, parseStrict(bytes, { maxBytes: LARGEST.chain }));
    },
    fetchPolicy: async (digest) =>
      parsePolicy(crypto, parseStrict(await get(paths.policy, LARGEST.policy)), digest),
    fetchCheckpoint: async () => fromUtf8(await get(paths.checkpoint, LARGEST.checkpoint)),
    fetchInclusion: (leaf, size) => proof(paths.inclusion(leaf, size)),
    fetchConsistency: (old, size) => proof(paths.consistency(old, size)),
  };
}
