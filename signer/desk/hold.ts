// Holding: the request is frozen, and its leaf is in the log before the caller hears of it.
import type { RowOf } from '../../contract/stored/signer.ts';
import { PAYLOAD_TYPE } from '../../core/dsse/statement.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { HoldKind } from '../../core/policy/policy.ts';
import { heldKeys, quorumFor, rebuild } from '../../core/request/derive.ts';
import { REQUEST_TYPE, Request } from '../../core/request/request.ts';
import { isBlind, viewOf, viewVersions } from '../../core/review/view.ts';
import { heldAnswer } from './answers.ts';
import { change, record, type Context } from './context.ts';
import { tellHold } from './feed-events.ts';
import { finishIn } from './idempotency.ts';
import type { Outcome } from './ports.ts';
import type { Submission } from './submission.ts';
import { checkFree } from './suspended.ts';

/** The newest view version that both the directory allows and this build can make. */
function viewVersion(context: Context): string {
  const version = viewVersions.findLast((v) => context.trust.latest.views.includes(v));
  if (version === undefined)
    throw new CallerFault('internal', 'the directory allows no view version of this build');
  return version;
}

function frozen(context: Context, submission: Submission, kind: HoldKind): Request {
  const { crypto, trust, policy } = context;
  const { caller, payload, key, findings } = submission;
  const directory = trust.latest;
  const keys = heldKeys(directory, [key.name]);
  const view = viewVersion(context);
  const blind = isBlind(viewOf(crypto, view, PAYLOAD_TYPE, payload));
  return parseAs(Request, {
    _type: REQUEST_TYPE,
    signer: trust.signer,
    id: submission.requestId,
    tenant: caller.tenant,
    kind,
    requester: { subject: caller.subject, jkt: caller.jkt },
    payloadType: PAYLOAD_TYPE,
    payloadDigest: digestBytes(crypto, payload),
    mode: 'keyful',
    keys,
    findings: [...findings],
    quorum: quorumFor(policy, directory, kind, keys, blind),
    policy: directory.policy,
    directory: trust.latestDigest,
    view,
    expires: new Date(context.now().getTime() + policy.requestSeconds * 1000).toISOString(),
    approvalSeconds: policy.approvalSeconds,
    grant: null,
  });
}

/** The request, checked as each Console will check it. Throws CallerFault `not_approvable` when nobody could approve it. */
function freeze(context: Context, submission: Submission, kind: HoldKind): Request {
  try {
    const request = frozen(context, submission, kind);
    rebuild(context.crypto, context.trust, context.policy, request, submission.payload);
    return request;
  } catch (thrown) {
    if (thrown instanceof Refusal) throw new CallerFault('not_approvable', thrown.message, thrown);
    throw thrown;
  }
}

function rowOf(
  { lease, payload, plan, returnBundle }: Submission,
  request: Request,
  heldLeaf: number,
): RowOf<'holds'> {
  return {
    tenant: request.tenant,
    requestId: request.id,
    request: canonical(request),
    payload,
    state: 'waiting',
    code: null,
    heldLeaf,
    intentLeaf: null,
    endLeaf: null,
    approval: null,
    expires: request.expires,
    plan,
    quotaLimit: lease.quota.limit,
    quotaRemaining: lease.quota.remaining,
    returnBundle: returnBundle ? 1 : 0,
  };
}

/** Stores the hold, its `held` leaf, its event and the caller's outcome in one transaction. */
export async function holdRequest(
  context: Context,
  submission: Submission,
  kind: HoldKind,
): Promise<Outcome> {
  const request = freeze(context, submission, kind);
  for (const name of request.keys) checkFree(context, name);
  const { id: requestId, tenant, payloadDigest } = request;
  const requestDigest = digestOf(context.crypto, request);
  await change(context, tenant, async (db) => {
    await finishIn(db, submission.lease, 'held', requestId);
    const content = { event: 'held' as const, tenant, requestId, requestDigest, payloadDigest };
    const [leaf] = await context.log.appendIn(db, [record(context, content)]);
    if (!leaf) throw new CallerFault('internal', 'no leaf was appended');
    await db
      .insertInto('holds')
      .values(rowOf(submission, request, leaf.index))
      .execute();
    await tellHold(context, db, { tenant, requestId, state: 'waiting', code: null, decisions: 0 });
  });
  return { kind: 'held', answer: heldAnswer(context, request, submission.origin) };
}
