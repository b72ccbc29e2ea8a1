// The evidence of what was signed at once: where it stands in the log, and between which versions of the directory.
import { makeBundle } from '../../core/dsse/bundle.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { SIGNATURE_EVIDENCE_TYPE, type SignatureEvidence } from '../../core/evidence-file/signature.ts';
import { verifySignature } from '../../core/verify/signature.ts';
import { endOf } from '../../core/verify/window.ts';
import { issuedAs } from './answers.ts';
import type { Context } from './context.ts';
import { asOfNow } from './context.ts';
import { placed } from './dossier-checks.ts';
import { checked, directoryLeaves } from './evidence.ts';
import { policyOf } from './holds.ts';

/**
 * Desk.signatureEvidence: at any time, as of the newest version of the directory. Throws CallerFault `not_found` for what was
 * not signed at once, or under a grant; `tenant_forbidden`; Refusal `witness_missing` while too few witnesses cosigned a
 * checkpoint over it, `store_tampered` when what is stored does not verify.
 */
export async function signatureEvidence(
  now: Context,
  tenant: string | null,
  id: string,
): Promise<SignatureEvidence> {
  const context = asOfNow(now);
  const { crypto, trust } = context;
  const { row, own } = await context.store.read(async (db) => {
    const found = await issuedAs(db, id);
    if (!found || found.grant !== null) throw new CallerFault('not_found', id);
    if (tenant !== null && found.tenant !== tenant) throw new CallerFault('tenant_forbidden', id);
    return { row: found, own: await context.log.leavesIn(db, id) };
  });
  const signed = placed(own, 'signed').find((leaf) => leaf.index === row.leaf);
  if (!signed) throw new Refusal('store_tampered', `${id}: its leaf`);
  const { directory } = signed.record;
  const under = trust.at(directory);
  const end = endOf(trust, row.keyName, under.version);
  const digests = [directory, ...(end ? trust.digests.slice(end.version - 1, end.version) : [])];
  const versions = await directoryLeaves(context, digests);
  const leaves = [...versions, signed].sort((a, b) => a.index - b.index);
  const { text, size } = await context.log.covering(Math.max(...leaves.map((leaf) => leaf.index)) + 1);
  const { payload, payloadType, keyid, signature } = row;
  const made: SignatureEvidence = {
    _type: SIGNATURE_EVIDENCE_TYPE,
    bundle: makeBundle({ payload, payloadType, keyid, signature }),
    policy: await context.store.read((db) => policyOf(context, db, under.policy)),
    directory: context.chain,
    leaves: await Promise.all(leaves.map((leaf) => context.log.withProof(leaf, size))),
    checkpoint: text,
  };
  checked(context, id, () => verifySignature(crypto, trust, made));
  return made;
}
