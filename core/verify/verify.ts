// The verdict on one bundle: by a bare key, by the directory, and with its evidence.
import { Refusal } from '../fault/fault.ts';
import { equalBytes } from '../bytes/bytes.ts';
import { parseBundle, type KeyBundle } from '../dsse/bundle.ts';
import { digestOf } from '../json/digest.ts';
import type { Crypto, PublicKey } from '../key/crypto.ts';
import type { SignerKey } from '../directory/directory.ts';
import { inWindow } from '../directory/succession.ts';
import { isSignature, isSpend, type AnyEvidence } from '../evidence-file/any.ts';
import type { SignatureEvidence } from '../evidence-file/signature.ts';
import type { SpendEvidence } from '../evidence-file/spend.ts';
import type { Trust } from '../trust/chain.ts';
import { checkArtifact, checkSignature, releaseKeyOf, withStatement } from './bundle.ts';
import { payloadOf } from './checks.ts';
import { joinChains, verifyEvidence, type EvidenceVerdict } from './evidence.ts';
import { verifySignature, type SignatureVerdict } from './signature.ts';
import { verifySpend, type SpendVerdict } from './spend.ts';

/**
 * What was verified. `signature`: by a bare key, nothing more. `directory`: by a key that needs no approvals and is in force.
 * `logged`: by one that was in force at that place of the log. `approved`: as officers decided. `granted`: without the licence, under a bypass grant that officers made.
 */
export type Verdict =
  | { readonly says: 'signature'; readonly keyid: string }
  | { readonly says: 'directory'; readonly keyid: string; readonly key: string; readonly directory: number }
  | {
      readonly says: 'logged';
      readonly keyid: string;
      readonly key: string;
      readonly signature: SignatureVerdict;
    }
  | {
      readonly says: 'approved';
      readonly keyid: string;
      readonly key: string;
      readonly evidence: EvidenceVerdict;
    }
  | {
      readonly says: 'granted';
      readonly keyid: string;
      readonly key: string;
      readonly spend: SpendVerdict;
      readonly evidence: EvidenceVerdict;
    };

/** Reads what a key of ours signed: the statement is parsed after the signature only, for a stranger's may be endless work. */
function readSigned(crypto: Crypto, key: PublicKey, bundle: KeyBundle, artifact: Uint8Array): void {
  checkSignature(crypto, key, bundle);
  checkArtifact(withStatement(bundle), artifact);
}

/** Checks a bundle (its bytes) and an artifact (its SHA-256) with a bare key: the signature only. Throws Refusal. */
export function verifyByKey(
  crypto: Crypto,
  bytes: Uint8Array,
  artifact: Uint8Array,
  key: PublicKey,
): Verdict {
  const bundle = parseBundle(bytes);
  readSigned(crypto, key, bundle, artifact);
  return { says: 'signature', keyid: bundle.keyid };
}

function bySpend(crypto: Crypto, trust: Trust, evidence: SpendEvidence, wanted: string): Verdict {
  if (digestOf(crypto, evidence.bundle) !== wanted)
    throw new Refusal('evidence_mismatch', 'the bundle is not in the evidence');
  const spend = verifySpend(crypto, trust, evidence);
  return { says: 'granted', keyid: spend.keyid, key: spend.key, spend, evidence: spend.evidence };
}

function bySignature(crypto: Crypto, trust: Trust, evidence: SignatureEvidence, wanted: string): Verdict {
  if (digestOf(crypto, evidence.bundle) !== wanted)
    throw new Refusal('evidence_mismatch', 'the bundle is not in the evidence');
  const signature = verifySignature(crypto, trust, evidence);
  return { says: 'logged', keyid: signature.keyid, key: signature.key, signature };
}

/** The chain that a file of evidence brings with it. */
const chainIn = (evidence: AnyEvidence) =>
  isSpend(evidence) ? evidence.grant.directory : evidence.directory;

/** Without evidence: a key that needs none, and that is in force as of the newest version and of `now`. */
function alone(trust: Trust, key: SignerKey, keyid: string, now: string): Verdict {
  if (key.approvalOnly) throw new Refusal('approval_missing', key.name);
  if (key.state !== 'active') throw new Refusal('key_proof_missing', `${key.name} is ${key.state}`);
  if (!inWindow(key, now)) throw new Refusal('key_proof_missing', `${key.name} is outside its window`);
  return { says: 'directory', keyid, key: key.name, directory: trust.latest.version };
}

/**
 * Checks a bundle with a trusted directory, and its evidence where there is one, whose chain may be the longer one. An
 * approval-only key without evidence is `approval_missing`, another one that is no longer in force `key_proof_missing`;
 * evidence of another request, or another signature, is `evidence_mismatch`. `now` is asked only whether a key's window is
 * over: what was signed while it lasted has evidence.
 */
export function verifyByDirectory(
  crypto: Crypto,
  bytes: Uint8Array,
  artifact: Uint8Array,
  trusted: Trust,
  evidence: AnyEvidence | null,
  now: string,
): Verdict {
  const bundle = parseBundle(bytes);
  const trust = evidence ? joinChains(crypto, trusted, chainIn(evidence)) : trusted;
  const key = releaseKeyOf(crypto, trust.latest, bundle);
  readSigned(crypto, key.key, bundle, artifact);
  if (!evidence) return alone(trust, key, bundle.keyid, now);
  const wanted = digestOf(crypto, bundle.bundle);
  if (isSpend(evidence)) return bySpend(crypto, trust, evidence, wanted);
  if (isSignature(evidence)) return bySignature(crypto, trust, evidence, wanted);
  if (!evidence.bundles.some((b) => digestOf(crypto, b) === wanted))
    throw new Refusal('evidence_mismatch', 'the bundle is not in the evidence');
  if (!equalBytes(payloadOf(crypto, evidence), bundle.payload))
    throw new Refusal('payload_mismatch', 'evidence and bundle');
  return {
    says: 'approved',
    keyid: bundle.keyid,
    key: key.name,
    evidence: verifyEvidence(crypto, trust, evidence),
  };
}
