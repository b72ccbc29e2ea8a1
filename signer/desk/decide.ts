// Recording a decision: looked up first, checked against what the Signer derives itself, in the log before the answer.
import { equalBytes } from '../../core/bytes/bytes.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { verifyDecision, type Decision, type Expected, type Sealed } from '../../core/decision/decision.ts';
import { checkStillFollows } from '../../core/request/derive.ts';
import { maybeRow } from '../store/rows.ts';
import type { Db } from '../store/store.ts';
import type { StoredLeaf } from '../log/tree.ts';
import { checkOpen, givenChallenge, markChallenge } from './challenges.ts';
import { change, record, type Context } from './context.ts';
import { alarmIn, endIn, guarding } from './endings.ts';
import { tellHold } from './feed-events.ts';
import {
  decisionsOf,
  holdOf,
  policyOf,
  rebuiltHold,
  recordingOf,
  type Hold,
  type Recording,
} from './holds.ts';
import { checkJournal, keepJournal } from './journals.ts';
import type { Recorded, Seat } from './ports.ts';

/** The most decisions that one hold takes; a denial always finds room. */
const MOST_DECISIONS = 31;

/** The recorded decision of a challenge, if there is one. */
export async function answerTo(db: Db, challenge: string): Promise<Recording | undefined> {
  const found = await db
    .selectFrom('decisions')
    .selectAll()
    .where('challenge', '=', challenge)
    .executeTakeFirst();
  const row = maybeRow('decisions', found);
  return row && recordingOf(row);
}

/** A leaf as it is told: with its proof at the newest checkpoint. */
export async function recordedAs(context: Context, challenge: string, leaf: StoredLeaf): Promise<Recorded> {
  const { text, size } = await context.log.newest();
  return { challenge, leaf: await context.log.withProof(leaf, size), checkpoint: text };
}

/** One alarm for each challenge, however often it is tried: else one signature could fill the log. */
function alarmOnce(
  context: Context,
  tenant: string,
  challenge: string,
  code: string,
  about: string,
): Promise<void> {
  return change(context, tenant, async (db) => {
    const given = await givenChallenge(db, challenge);
    if (given?.answered === 2) return;
    context.logger.error({ tenant, code, about }, 'alarm');
    await markChallenge(db, challenge, 2);
    await alarmIn(context, db, tenant, code, about);
  });
}

async function repeated(context: Context, stored: Recording, bytes: Uint8Array): Promise<Recorded> {
  const { row } = stored;
  if (equalBytes(row.sealed, bytes)) {
    const leaf = await context.store.read((db) => context.log.leafIn(db, row.leaf));
    return recordedAs(context, row.challenge, leaf);
  }
  await alarmOnce(context, row.tenant, row.challenge, 'challenge_reused', row.requestId);
  throw new Refusal('challenge_reused', row.challenge);
}

async function checkGiven(
  db: Db,
  seat: Seat,
  { challenge, requestId, officer, machine }: Decision,
): Promise<void> {
  const given = await givenChallenge(db, challenge);
  const fits = given?.requestId === requestId && given.officer === officer && officer === seat.officer;
  if (!fits) throw new Refusal('challenge_unknown', challenge);
  if (machine !== seat.machine)
    throw new CallerFault('session_invalid', `a decision of ${machine} from ${seat.machine}`);
}

/** What the Signer itself expects of a decision on this hold. Nobody approves what the newest directory would not hold so. */
async function expectedOf(context: Context, hold: Hold, verdict: Decision['verdict']): Promise<Expected> {
  const { request } = hold;
  const policy = await context.store.read((db) => policyOf(context, db, request.policy));
  const rebuilt = rebuiltHold(context, hold, policy);
  if (verdict === 'approve') checkStillFollows(context.crypto, context.trust.latest, policy, rebuilt);
  const { digest, viewDigest } = rebuilt;
  return {
    signer: context.trust.signer,
    request,
    requestDigest: digest,
    viewDigest,
    directory: context.trust.at(request.directory),
  };
}

/** Checks device and machine signatures, and that officer, device and machine stand in the newest directory as well. */
function checkSigned(context: Context, expected: Expected, sealed: Sealed): void {
  const { crypto, trust } = context;
  verifyDecision(crypto, expected, sealed);
  if (trust.latest.version !== expected.directory.version)
    verifyDecision(crypto, { ...expected, directory: trust.latest }, sealed);
}

/** A head that this log never had, under a device's signature, means that somebody was shown another log. */
async function checkHead(
  context: Context,
  { row }: Hold,
  { logHead, officer, challenge }: Decision,
): Promise<void> {
  if (logHead.size <= row.heldLeaf)
    throw new Refusal('head_mismatch', `${officer} did not see the hold at ${logHead.size}`);
  if (await context.store.read((db) => context.log.isHeadIn(db, logHead))) return;
  await alarmOnce(context, row.tenant, challenge, 'head_mismatch', row.requestId);
  throw new Refusal('head_mismatch', `${officer} at ${logHead.size}`);
}

/** Officers and machines once each; only a denial may follow an approval. */
function checkFirst(decisions: readonly Recording[], decision: Decision): void {
  if (decision.verdict === 'deny') return;
  if (decisions.length >= MOST_DECISIONS) throw new Refusal('hold_closed', 'too many decisions');
  if (decisions.some((d) => d.sealed.decision.officer === decision.officer))
    throw new Refusal('officer_decided', decision.officer);
  if (decisions.some((d) => d.sealed.decision.machine === decision.machine))
    throw new Refusal('machine_shared', decision.machine);
}

async function insert(
  context: Context,
  db: Db,
  { row }: Hold,
  sealed: Sealed,
  ordinal: number,
): Promise<StoredLeaf> {
  const { challenge, officer, verdict } = sealed.decision;
  const about = { tenant: row.tenant, requestId: row.requestId };
  const decision = digestOf(context.crypto, sealed);
  const decided = record(context, { event: 'decided', ...about, challenge, decision, officer, verdict });
  const [leaf] = await context.log.appendIn(db, [decided]);
  if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
  const content = { ordinal, challenge, sealed: canonical(sealed), leaf: leaf.index };
  await db
    .insertInto('decisions')
    .values({ ...about, ...content })
    .execute();
  return leaf;
}

/** Stores a decision that was checked, once more against what can have changed meanwhile. */
async function store(context: Context, db: Db, sealed: Sealed): Promise<StoredLeaf> {
  const { decision } = sealed;
  const { requestId, verdict } = decision;
  const hold = await holdOf(db, requestId);
  const { tenant, state, code } = hold.row;
  checkOpen(context, hold);
  // After the quorum the intent names its decisions: no approval joins them, but a denial still ends it.
  if (state !== 'waiting' && verdict === 'approve')
    throw new Refusal('hold_closed', `${requestId} is ${state}`);
  const decisions = await decisionsOf(db, tenant, requestId);
  checkFirst(decisions, decision);
  await checkJournal(db, decision);
  const leaf = await insert(context, db, hold, sealed, decisions.length);
  await markChallenge(db, decision.challenge, 1);
  await keepJournal(db, decision);
  if (verdict === 'deny') await endIn(context, db, requestId, 'deny', 'denied');
  else await tellHold(context, db, { tenant, requestId, state, code, decisions: decisions.length + 1 });
  return leaf;
}

/** Everything that is checked of a decision before it is stored. Returns the hold that it is on. */
async function checked(context: Context, seat: Seat, sealed: Sealed): Promise<Hold> {
  const { decision } = sealed;
  const hold = await context.store.read(async (db) => {
    await checkGiven(db, seat, decision);
    return holdOf(db, decision.requestId);
  });
  checkOpen(context, hold);
  checkSigned(context, await expectedOf(context, hold, decision.verdict), sealed);
  await checkHead(context, hold, decision);
  return hold;
}

/** Desk.decide. `onRecorded` hears of each request that got a new decision, once it is on disk. */
export async function decide(
  context: Context,
  seat: Seat,
  sealed: Sealed,
  onRecorded: (requestId: string) => void,
): Promise<Recorded> {
  const bytes = canonical(sealed);
  const { challenge, requestId } = sealed.decision;
  const known = await context.store.read((db) => answerTo(db, challenge));
  if (known) return repeated(context, known, bytes);
  const result = await guarding(context, requestId, async () => {
    const hold = await checked(context, seat, sealed);
    return change(context, hold.row.tenant, async (db) => {
      const raced = await answerTo(db, challenge);
      return raced ? { raced } : { leaf: await store(context, db, sealed) };
    });
  });
  if (result.raced) return repeated(context, result.raced, bytes);
  context.onStep('decided');
  onRecorded(requestId);
  return recordedAs(context, challenge, result.leaf);
}

/** Desk.ask. */
export async function ask(context: Context, seat: Seat, challenge: string): Promise<Recorded | null> {
  const found = await context.store.read(async (db) => {
    const known = await answerTo(db, challenge);
    const own = known?.sealed.decision.officer === seat.officer;
    return known && own ? context.log.leafIn(db, known.row.leaf) : null;
  });
  return found && recordedAs(context, challenge, found);
}
