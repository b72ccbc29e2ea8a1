// Proposals for the next version of the directory: opened, signed, withdrawn; with the last signature it is in force.
import { LARGEST_MESSAGE, MOST_PROPOSALS } from '../../contract/wire/link.ts';
import type { RowOf } from '../../contract/stored/signer.ts';
import { CallerFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import {
  verifyChain,
  type DirectoryChain,
  type DirectorySignature,
  type Trust,
} from '../../core/trust/chain.ts';
import { Proposal, checkProposal, withSignature } from '../../core/trust/proposal.ts';
import { maybeRow, rowsOf } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import { asOfNow, record, type Context } from './context.ts';
import type { OpenProposals, Seat } from './ports.ts';
import { keepVersions, newestIn } from './standing.ts';
import { untampered } from './untampered.ts';

/** What a proposal may weigh, so that it still fits into one message with all the signatures that it can gather. */
export const LARGEST = LARGEST_MESSAGE - 64 * 1024;

type Row = RowOf<'proposals'>;

/** A longer chain, verified. */
interface Taken {
  readonly chain: DirectoryChain;
  readonly trust: Trust;
}

async function rowFor(db: Db, digest: string): Promise<Row | undefined> {
  const found = await db.selectFrom('proposals').selectAll().where('digest', '=', digest).executeTakeFirst();
  return maybeRow('proposals', found);
}

/** The proposal of a row, which must be the one that its other columns tell of. Throws Refusal `store_tampered`. */
function proposalIn(context: Context, { digest, base, officer, body }: Row): Proposal {
  const proposal = untampered(digest, () => parseAs(Proposal, parseCanonical(body)));
  const { directory, proposedBy } = proposal;
  const same =
    digestOf(context.crypto, directory) === digest && directory.previous === base && proposedBy === officer;
  if (!same) throw new Refusal('store_tampered', `the proposal ${digest}`);
  return proposal;
}

const same = (a: object, b: object, { crypto }: Context): boolean =>
  digestOf(crypto, a) === digestOf(crypto, b);

/** The last version in the store must be the one that signatures are checked by: the next one may be on its way in. */
export async function checkNewest(context: Context, db: Db): Promise<void> {
  const newest = await newestIn(db);
  if (newest !== context.trust.latest.version)
    throw new Refusal('proposal_stale', `version ${newest} is in force`);
}

async function end(db: Db, digest: string, state: Row['state'], code: string | null): Promise<void> {
  await db.updateTable('proposals').set({ state, code }).where('digest', '=', digest).execute();
}

/** Drops what follows a version that is not the newest; what is in force was adopted. */
export async function dropStale(context: Context, db: Db, trust: Trust = context.trust): Promise<void> {
  const found = await db.selectFrom('proposals').selectAll().where('state', '=', 'open').execute();
  for (const { digest, base } of rowsOf('proposals', found)) {
    if (trust.digests.includes(digest)) await end(db, digest, 'adopted', null);
    else if (base !== trust.latestDigest) await end(db, digest, 'dropped', 'proposal_stale');
  }
}

/** Ends are told for a while, then forgotten. */
async function forget(db: Db, newest: number): Promise<void> {
  await db
    .deleteFrom('proposals')
    .where('state', '!=', 'open')
    .where('ordinal', '<=', newest - MOST_PROPOSALS)
    .execute();
}

/** The version comes into force: its leaf, its row, and the end of everything that was proposed beside it. */
export async function adopt(context: Context, db: Db, { directory, signatures }: Proposal): Promise<Taken> {
  const { crypto, chain: before, trust: known } = context;
  const [first, ...later] = before.versions;
  const chain: DirectoryChain = { ...before, versions: [first, ...later, { directory, signatures }] };
  const trust = verifyChain(crypto, chain, known.signer);
  const { version } = directory;
  await context.log.appendIn(db, [
    record(context, { event: 'directory', version, digest: trust.latestDigest }),
  ]);
  await keepVersions(db, trust, chain);
  await dropStale(context, db, trust);
  return { chain, trust };
}

/** After the commit: everybody in this process trusts the new version from here on, then the operator's file has it. */
async function inForce(context: Context, { chain, trust }: Taken): Promise<void> {
  const { version } = trust.latest;
  context.onStep('adopted');
  context.standing.take(chain, trust);
  context.logger.info({ version, digest: trust.latestDigest }, 'a new version of the directory is in force');
  context.announceDirectory();
  try {
    await context.keepChain(chain);
  } catch (err) {
    context.logger.error({ err, version }, 'the chain file could not be written; the store has the version');
  }
  context.onStep('chain-kept');
}

/** Runs one change of the proposals alone, then tells of it. */
export async function changing(context: Context, work: (db: Db) => Promise<Taken | null>): Promise<void> {
  const taken = await context.store.write(work);
  context.onStep('proposed');
  if (taken) await inForce(context, taken);
  else context.announceDirectory();
}

function checkProposed(seat: Seat, { proposedBy, signatures }: Proposal): void {
  if (proposedBy !== seat.officer)
    throw new CallerFault('session_invalid', `a proposal of ${proposedBy} from ${seat.officer}`);
  if (signatures.length !== 1 || signatures[0]?.officer !== proposedBy)
    throw new Refusal('quorum_incomplete', 'a proposal comes signed by its proposer alone');
}

/** The row with this digest as far as it stands in the way; true when it is this very proposal again. */
async function isThere(context: Context, db: Db, row: Row | undefined, proposal: Proposal): Promise<boolean> {
  if (!row || row.state === 'dropped') {
    if (row) await db.deleteFrom('proposals').where('digest', '=', row.digest).execute();
    return false;
  }
  if (row.state === 'adopted') return true;
  const { enrolments, proposedBy } = proposalIn(context, row);
  if (
    proposedBy === proposal.proposedBy &&
    same({ enrolments }, { enrolments: proposal.enrolments }, context)
  )
    return true;
  throw new Refusal('proposal_open', row.digest);
}

async function placeFor(db: Db, officer: string): Promise<number> {
  const found = await db.selectFrom('proposals').select(['officer', 'state', 'ordinal']).execute();
  const open = found.filter(({ state }) => state === 'open');
  if (open.some((row) => row.officer === officer)) throw new Refusal('proposal_open', officer);
  if (open.length >= MOST_PROPOSALS) throw new CallerFault('busy', `${open.length} proposals are open`);
  return Math.max(0, ...found.map(({ ordinal }) => ordinal)) + 1;
}

/**
 * Desk.directory.propose. The same proposal again changes nothing. Throws what `checkProposal` throws, Refusal
 * `proposal_open`, CallerFault `session_invalid`, `too_large`, `busy`.
 */
export async function propose(context: Context, seat: Seat, proposal: Proposal): Promise<void> {
  checkProposed(seat, proposal);
  const body = canonical(proposal);
  if (body.length > LARGEST) throw new CallerFault('too_large', `a proposal of ${body.length} bytes`);
  const as = asOfNow(context);
  const digest = digestOf(context.crypto, proposal.directory);
  await changing(context, async (db) => {
    if (await isThere(as, db, await rowFor(db, digest), proposal)) return null;
    await checkNewest(as, db);
    const state = checkProposal(as.crypto, as.trust, proposal);
    const officer = proposal.proposedBy;
    const ordinal = await placeFor(db, officer);
    const about = { digest, ordinal, base: as.trust.latestDigest, officer };
    await db
      .insertInto('proposals')
      .values({ ...about, body, state: 'open', code: null })
      .execute();
    await forget(db, ordinal);
    context.logger.info({ digest, officer, missing: state.missing }, 'a change of the directory is proposed');
    return state.missing === 0 ? adopt(as, db, proposal) : null;
  });
}

/** Throws unless the proposal can still be signed; true when this very signature is in it already. */
function isSigned(context: Context, row: Row, proposal: Proposal, signature: DirectorySignature): boolean {
  if (proposal.signatures.some((given) => same(given, signature, context))) return true;
  if (row.state === 'adopted') throw new Refusal('proposal_stale', `${row.digest} is in force`);
  if (row.state === 'dropped')
    throw new Refusal(row.code === 'proposal_withdrawn' ? row.code : 'proposal_stale', row.digest);
  return false;
}

async function sign(
  context: Context,
  db: Db,
  digest: string,
  signature: DirectorySignature,
): Promise<Taken | null> {
  const row = await rowFor(db, digest);
  if (!row) throw new Refusal('proposal_unknown', digest);
  const before = proposalIn(context, row);
  if (isSigned(context, row, before, signature)) return null;
  await checkNewest(context, db);
  untampered(digest, () => checkProposal(context.crypto, context.trust, before));
  const { proposal, state } = withSignature(context.crypto, context.trust, before, signature);
  const body = canonical(proposal);
  await db.updateTable('proposals').set({ body }).where('digest', '=', digest).execute();
  const { officer } = signature;
  context.logger.info({ digest, officer, missing: state.missing }, 'a change of the directory was signed');
  return state.missing === 0 ? adopt(context, db, proposal) : null;
}

/** What was edited in the store is nobody's proposal: it is dropped for good. */
async function dropping(context: Context, digest: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'store_tampered') {
      context.logger.error({ digest, detail: thrown.detail }, 'alarm: a stored proposal was edited');
      await context.store.write((db) => end(db, digest, 'dropped', 'store_tampered'));
      context.announceDirectory();
    }
    throw thrown;
  }
}

/**
 * Desk.directory.sign. The same signature again changes nothing. Throws Refusal `proposal_unknown`, `proposal_stale`,
 * `proposal_withdrawn`, `officer_decided`, and what the checks of a signature throw.
 */
export function signProposal(
  context: Context,
  seat: Seat,
  digest: string,
  signature: DirectorySignature,
): Promise<void> {
  if (signature.officer !== seat.officer)
    throw new CallerFault('session_invalid', `a signature of ${signature.officer} from ${seat.officer}`);
  const as = asOfNow(context);
  return dropping(context, digest, () => changing(context, (db) => sign(as, db, digest, signature)));
}

/** Desk.directory.withdraw: the proposer's own, while it is open. Throws Refusal `proposal_unknown`, `proposal_stale`. */
export function withdrawProposal(context: Context, seat: Seat, digest: string): Promise<void> {
  return changing(context, async (db) => {
    const row = await rowFor(db, digest);
    if (!row || row.officer !== seat.officer) throw new Refusal('proposal_unknown', digest);
    if (row.state === 'dropped' && row.code === 'proposal_withdrawn') return null;
    if (row.state !== 'open') throw new Refusal('proposal_stale', digest);
    await end(db, digest, 'dropped', 'proposal_withdrawn');
    return null;
  });
}

/** Desk.directory.proposals. A row that was edited is told of as dropped. */
export async function openProposals(context: Context): Promise<OpenProposals> {
  const rows = await context.store.read(async (db) =>
    rowsOf('proposals', await db.selectFrom('proposals').selectAll().orderBy('ordinal').execute()),
  );
  const open: OpenProposals['open'][number][] = [];
  const ended: OpenProposals['ended'][number][] = [];
  for (const row of rows) {
    const { digest, state, code } = row;
    if (state !== 'open') ended.push({ digest, code });
    else
      try {
        open.push({ digest, proposal: proposalIn(context, row) });
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        context.logger.error({ digest, code: thrown.code }, 'a stored proposal cannot be shown');
        ended.push({ digest, code: thrown.code });
      }
  }
  return { open: open.slice(0, MOST_PROPOSALS), ended: ended.slice(-MOST_PROPOSALS) };
}
