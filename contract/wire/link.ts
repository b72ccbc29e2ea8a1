// The link between Console and Signer (protocol.md 13): every message, both ways, with its schema.
import { z } from 'zod';
import { Base64 } from '../../core/bytes/form.ts';
import { holdStates } from '../../core/hold/hold.ts';
import { Sealed } from '../../core/decision/decision.ts';
import { SealedSession } from '../../core/decision/session.ts';
import { SealedSuspension } from '../../core/decision/suspension.ts';
import { Digest } from '../../core/json/digest.ts';
import { Head } from '../../core/log/head.ts';
import { Leaf } from '../../core/log/record.ts';
import { Bytes32, Id, Time, Ulid } from '../../core/name/names.ts';
import { Grant } from '../../core/predicate/granted.ts';
import { Request } from '../../core/request/request.ts';
import { DirectorySignature } from '../../core/trust/chain.ts';
import { Proposal } from '../../core/trust/proposal.ts';
import { MOST_SUSPENSIONS } from '../../core/trust/suspensions.ts';

/** Where the link is opened: no query, no token. */
export const LINK_PATH = '/api/v1/signer/link';
export const SUBPROTOCOL = 'signer.link.v1';
/** The version of this protocol, as `hello` offers it and a session names it. */
export const LINK_VERSION = '1';
export const LARGEST_MESSAGE = 1024 * 1024;
/** One heartbeat each way every this many milliseconds; a peer silent for three is gone. */
export const HEARTBEAT = 10_000;

/** Close codes (RFC 6455, 7.4.2: 4000 and up are an application's own). The close reason is the name, a stable code. */
export const closeCodes = {
  message_invalid: 4400,
  sign_in_refused: 4401,
  session_invalid: 4403,
  timed_out: 4408,
  message_too_large: 4413,
  version: 4426,
  busy: 4429,
  internal: 4500,
} as const;
export type CloseReason = keyof typeof closeCodes;

const Ref = z.int().min(1);
const Checkpoint = z.string().min(80).max(65536);
const Seq = z.int().min(0);

/** One hold as the Signer says it is. `held` is the hold's own leaf; its proof is fetched for the checkpoint at hand. */
export const Hold = z.strictObject({
  request: Request,
  state: z.enum(holdStates),
  code: z.string().nullable(),
  held: Leaf.omit({ proof: true }),
  decisions: z.array(Sealed).max(32),
});
export type Hold = z.infer<typeof Hold>;

/** What happened in one tenant, in its gapless sequence. `hold`, `grant`: new or changed, always whole. */
export const LinkEvent = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('hold'), hold: Hold }),
  z.strictObject({ event: z.literal('alarm'), code: z.string().max(64), about: z.string().max(200) }),
  z.strictObject({ event: z.literal('grant'), grant: Grant }),
]);
export type LinkEvent = z.infer<typeof LinkEvent>;

/** The most proposals that are open at once, and the most whose end is still told. */
export const MOST_PROPOSALS = 32;

/** How a proposal ended: in force (null), or the code of why not. */
export const EndedProposal = z.strictObject({ digest: Digest, code: z.string().max(64).nullable() });
export type EndedProposal = z.infer<typeof EndedProposal>;

/**
 * Signer to Console. A message with `ref` answers the Console's message of that number. A snapshot's pages count from 0
 * and bear one `seq`, that of the first: events after it follow, whole, so that what a later page knew already does no harm.
 * Proposals are no tenant's and have no sequence: one that is new, or has another signature, is sent whole (`proposal`), then
 * `proposals` lists all that are open, and how others ended. A connection begins with all of it. `directory`: in force
 * now, and the orders of the suspensions that its chain carries.
 */
export const FromSigner = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    nonce: Bytes32,
    versions: z.array(z.string()).max(4),
    signer: Digest,
    directory: Digest,
  }),
  z.strictObject({
    type: z.literal('welcome'),
    ref: Ref,
    session: Digest,
    expires: Time,
    journalHead: Head.nullable(),
    directory: Digest,
    checkpoint: Checkpoint,
  }),
  z.strictObject({ type: z.literal('event'), tenant: Id, seq: Seq, event: LinkEvent }),
  z.strictObject({
    type: z.literal('snapshot'),
    tenant: Id,
    seq: Seq,
    page: Seq,
    holds: z.array(Hold).max(64),
    /** After the holds: those in force, and the newest of those that are over. */
    grants: z.array(Grant).max(64),
    more: z.boolean(),
  }),
  z.strictObject({ type: z.literal('challenge'), ref: Ref, requestId: Ulid, challenge: Bytes32 }),
  z.strictObject({
    type: z.literal('recorded'),
    ref: Ref,
    challenge: Bytes32,
    leaf: Leaf,
    checkpoint: Checkpoint,
  }),
  z.strictObject({ type: z.literal('unknown'), ref: Ref, challenge: Bytes32 }),
  z.strictObject({ type: z.literal('accepted'), ref: Ref }),
  z.strictObject({
    type: z.literal('refused'),
    ref: Ref,
    code: z.string().max(64),
    detail: z.string().max(500),
  }),
  z.strictObject({ type: z.literal('checkpoint'), checkpoint: Checkpoint }),
  z.strictObject({
    type: z.literal('directory'),
    digest: Digest,
    version: z.int().min(1),
    suspensions: z.array(Digest).max(MOST_SUSPENSIONS),
  }),
  z.strictObject({ type: z.literal('proposal'), digest: Digest, proposal: Proposal }),
  z.strictObject({
    type: z.literal('proposals'),
    open: z.array(Digest).max(MOST_PROPOSALS),
    ended: z.array(EndedProposal).max(MOST_PROPOSALS),
  }),
  z.strictObject({ type: z.literal('ping'), at: z.int() }),
  z.strictObject({ type: z.literal('pong'), at: z.int() }),
]);
export type FromSigner = z.infer<typeof FromSigner>;

/**
 * Console to Signer. `sign-in` or `resume` first, then `subscribe` with the last sequence seen of each tenant. Each
 * `subscribe` replaces the one before; a tenant that it does not name is sent as a snapshot.
 * `ask` finds out after a crash what became of a challenge. `signature` is an officer-held key's, over the payload's PAE.
 */
export const FromConsole = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sign-in'), ref: Ref, sealed: SealedSession }),
  z.strictObject({ type: z.literal('resume'), ref: Ref, session: Digest, signature: Base64.max(200) }),
  z.strictObject({
    type: z.literal('subscribe'),
    ref: Ref,
    cursors: z.array(z.strictObject({ tenant: Id, seq: Seq })).max(1000),
  }),
  z.strictObject({ type: z.literal('challenge-for'), ref: Ref, requestId: Ulid }),
  z.strictObject({ type: z.literal('decide'), ref: Ref, sealed: Sealed }),
  z.strictObject({ type: z.literal('ask'), ref: Ref, challenge: Bytes32 }),
  z.strictObject({
    type: z.literal('signature'),
    ref: Ref,
    requestId: Ulid,
    keyid: Base64.length(44),
    sig: Base64.max(1400),
  }),
  z.strictObject({ type: z.literal('cosign'), ref: Ref, size: Seq, line: z.string().max(1000) }),
  z.strictObject({ type: z.literal('propose-directory'), ref: Ref, proposal: Proposal }),
  z.strictObject({
    type: z.literal('sign-directory'),
    ref: Ref,
    digest: Digest,
    signature: DirectorySignature,
  }),
  z.strictObject({ type: z.literal('withdraw-proposal'), ref: Ref, digest: Digest }),
  z.strictObject({ type: z.literal('suspend-key'), ref: Ref, sealed: SealedSuspension }),
  z.strictObject({ type: z.literal('ping'), at: z.int() }),
  z.strictObject({ type: z.literal('pong'), at: z.int() }),
  z.strictObject({
    type: z.literal('revoke-grant'),
    ref: Ref,
    grant: Digest,
    reason: z.string().min(1).max(2000),
  }),
]);
export type FromConsole = z.infer<typeof FromConsole>;
