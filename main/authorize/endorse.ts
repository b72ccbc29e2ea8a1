// Signing a next version of the directory: checked here first, then a durable intent, the touch, a durable outcome.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import { checkEligible } from '../../core/decision/quorum.ts';
import { deviceOf, officerOf } from '../../core/directory/lookup.ts';
import { DeviceFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import { voiceOf, type DirectorySignature, type Trust } from '../../core/trust/chain.ts';
import { checkDraft, type Draft } from '../../core/trust/proposal.ts';
import { prove, type Hardware } from '../../ports/hand/prove.ts';

export interface EndorsePorts {
  readonly crypto: Crypto;
  readonly trust: () => Trust;
  readonly officer: string;
  readonly hardware: Hardware;
  readonly append: (entry: JournalEntry, urgency: 'must' | 'urgent') => Promise<unknown>;
  /** What this machine signed for the version with this digest before. */
  readonly endorsed: (digest: string) => DirectorySignature | undefined;
}

/** The same signature again, as long as its device still stands in the version in force: one will, one signature. */
function madeBefore(ports: EndorsePorts, draft: Draft, digest: string): DirectorySignature | undefined {
  const before = ports.endorsed(digest);
  if (!before) return undefined;
  try {
    voiceOf(ports.crypto, ports.trust().latest, draft.directory, before);
    return before;
  } catch (thrown) {
    if (isFault(thrown)) return undefined;
    throw thrown;
  }
}

/**
 * Has this officer's device sign the next version. What is signed is what `checkDraft` described, to the byte. Rejects with
 * Refusal (what does not hold, `officer_role`, `device_presence`, `journal_unwritable`) or DeviceFault; then nothing leaves.
 */
export async function endorse(
  ports: EndorsePorts,
  draft: Draft,
  device: string,
  signal?: AbortSignal,
): Promise<DirectorySignature> {
  const { crypto, hardware } = ports;
  const trust = ports.trust();
  const changes = checkDraft(crypto, trust, draft);
  const officer = officerOf(trust.latest, ports.officer);
  const enrolled = deviceOf(officer, device);
  checkEligible(trust.latest.change, { officer, device: enrolled });
  const { directory, proposedBy } = draft;
  const digest = digestOf(crypto, directory);
  const before = madeBefore(ports, draft, digest);
  if (before) return before;
  const { version } = directory;
  const about = { directory: digest, version, proposedBy, device, changes: changes.length };
  await ports.append({ event: 'directory-intent', ...about }, 'must');
  try {
    if (signal?.aborted) throw new DeviceFault('cancelled', 'before the touch');
    const wish = { crypto, hardware, rpId: trust.latest.rpId, device: enrolled };
    const proof = await prove(wish, 'directory', directory, signal);
    if (ports.trust().latestDigest !== trust.latestDigest)
      throw new Refusal('proposal_stale', 'another version came into force during the touch');
    const signature = { officer: officer.id, device, proof };
    await ports.append({ event: 'directory-outcome', directory: digest, signature }, 'must');
    return signature;
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await ports.append({ event: 'directory-failed', directory: digest, code }, 'urgent');
    throw thrown;
  }
}
