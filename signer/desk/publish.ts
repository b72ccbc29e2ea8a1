// A next version of the directory that comes with its whole quorum, from whoever carries it: in force at once, or refused.
import type { DirectoryAnswer } from '../../contract/wire/log.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { checkProposal, type Proposal } from '../../core/trust/proposal.ts';
import type { Db } from '../store/store.ts';
import { asOfNow, type Context } from './context.ts';
import { placed } from './dossier-checks.ts';
import { LARGEST, adopt, changing, checkNewest } from './proposals.ts';

async function isKept(db: Db, digest: string): Promise<boolean> {
  const found = await db
    .selectFrom('directories')
    .select('digest')
    .where('digest', '=', digest)
    .executeTakeFirst();
  return found !== undefined;
}

/** What is told of a version that is in force: always the same, however often it is asked. */
async function published(context: Context, digest: string): Promise<DirectoryAnswer> {
  const [leaf] = placed(await context.store.read((db) => context.log.leavesIn(db, digest)), 'directory');
  if (!leaf) throw new Refusal('store_tampered', `version ${digest} has no leaf`);
  const { version } = leaf.record;
  return {
    version,
    digest,
    leaf: await context.log.withProof(leaf, leaf.index + 1),
    checkpoint: await context.log.checkpointAt(leaf.index + 1),
  };
}

/**
 * Desk.directory.publish. The devices' signatures are the authority, nobody is asked who brings them. A version that is or
 * was in force changes nothing. Throws what `checkProposal` throws, Refusal `quorum_incomplete`, `proposal_stale`;
 * CallerFault `too_large`.
 */
export async function publish(context: Context, proposal: Proposal): Promise<DirectoryAnswer> {
  const size = canonical(proposal).length;
  if (size > LARGEST) throw new CallerFault('too_large', `a proposal of ${size} bytes`);
  const as = asOfNow(context);
  const digest = digestOf(as.crypto, proposal.directory);
  if (!as.trust.digests.includes(digest)) {
    const { missing } = checkProposal(as.crypto, as.trust, proposal);
    if (missing > 0) throw new Refusal('quorum_incomplete', `${missing} more signatures are needed`);
    await changing(context, async (db) => {
      if (await isKept(db, digest)) return null;
      await checkNewest(as, db);
      context.logger.info(
        { digest, signatures: proposal.signatures.length },
        'a version came with its quorum',
      );
      return adopt(as, db, proposal);
    });
  }
  return published(context, digest);
}
