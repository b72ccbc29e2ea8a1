// A caller's wish: idempotency key and quota, gates in order, then signed at once or held.
import type { BypassBody } from '../../contract/wire/bypass.ts';
import type { HeldAnswer, SignBody } from '../../contract/wire/sign.ts';
import { statementOf } from '../../core/dsse/statement.ts';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { isReservedPredicate } from '../../core/predicate/approval.ts';
import { kindFor } from '../../core/request/derive.ts';
import type { Finding } from '../../core/request/request.ts';
import { heldAnswer, issuedAnswer, issuedRow } from './answers.ts';
import { askedPoe } from './asked-poe.ts';
import { asOfNow, type Context } from './context.ts';
import { holdRequest } from './hold.ts';
import { holdOf } from './holds.ts';
import { begin, giveBack, type Lease, type Use } from './idempotency.ts';
import { issue } from './issue.ts';
import type { Caller, Outcome } from './ports.ts';
import { raise } from './raise.ts';
import { Spends } from './spend.ts';
import { askedKey, keyFinding, quotaFinding, type Submission } from './submission.ts';

/** The largest payload, in bytes. */
export const LARGEST_PAYLOAD = 16 * 1024 * 1024;

/** The canonical statement. Throws CallerFault `schema_invalid` or `too_large`. */
function payloadOf({ subject, predicateType, predicate }: SignBody): Uint8Array {
  let payload: Uint8Array;
  try {
    payload = canonical(statementOf({ subject, predicateType, predicate }));
  } catch (thrown) {
    if (isFault(thrown)) throw new CallerFault('schema_invalid', thrown.detail, thrown);
    throw thrown;
  }
  if (payload.length > LARGEST_PAYLOAD) throw new CallerFault('too_large', `${payload.length} bytes`);
  return payload;
}

/** What counts as the same body. The entitlement token is a secret and may be renewed between two tries: it is left out. */
function bodyDigest(context: Context, body: SignBody): string {
  return digestOf(context.crypto, { ...body, poe: body.poe.format });
}

interface Given {
  readonly caller: Caller;
  readonly body: SignBody;
  readonly payload: Uint8Array;
  readonly origin: string;
}

/** A request that passed its gates, under the directory of this moment. Null when that changed before it was signed. */
async function settle(
  context: Context,
  spends: Spends,
  given: Omit<Submission, 'key'>,
  { options, poe }: { options: SignBody['options']; poe: Finding },
): Promise<Outcome | null> {
  const key = askedKey(context, given.caller.tenant, options);
  const findings = [...given.findings, keyFinding(key)];
  const submission = { ...given, key, findings };
  const { latest } = context.trust;
  if (poe.result === 'unavailable') {
    const others = findings.filter((f) => f !== poe);
    // A grant stands in for the licence only: whatever else wants officers has to wait until the service is back.
    const wanted = kindFor(others, latest, [key.name]);
    if (wanted) throw new CallerFault('poe_unavailable', `no grant stands in for ${wanted}`);
    return spends.spend(submission);
  }
  const kind = kindFor(findings, latest, [key.name]);
  return kind === null ? issue(context, submission) : holdRequest(context, submission, kind);
}

/** So often a request is begun anew under another version of the directory. */
const MOST_TRIES = 4;

async function attempt(context: Context, spends: Spends, lease: Lease, given: Given): Promise<Outcome> {
  const { caller, body, payload, origin } = given;
  const poe = await askedPoe(context, caller, body);
  const { predicateType, options } = body;
  if (poe.result === 'unavailable') await spends.check(caller.tenant, predicateType, poe);
  const release = await context.gates.release(caller, body);
  const submission = {
    requestId: context.ulid(),
    caller,
    predicateType,
    payload,
    lease,
    origin,
    findings: [caller.finding, poe, quotaFinding(lease), release],
    returnBundle: options.returnBundle !== false,
    plan: poe.facts['plan'] ?? 'none',
  };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const outcome = await settle(asOfNow(context), spends, submission, { options, poe });
    if (outcome) return outcome;
  }
  throw new CallerFault('busy', 'the directory changes', undefined, 1);
}

async function repeat(
  context: Context,
  tenant: string,
  done: { outcome: 'signed' | 'held'; requestId: string },
  origin: string,
): Promise<Outcome> {
  const { outcome, requestId } = done;
  if (outcome === 'signed') {
    const row = await context.store.read((db) => issuedRow(db, tenant, requestId));
    return { kind: 'signed', answer: await issuedAnswer(context, row) };
  }
  const { request } = await context.store.read((db) => holdOf(db, requestId));
  return { kind: 'held', answer: heldAnswer(context, request, origin) };
}

async function once(
  context: Context,
  use: Use,
  origin: string,
  work: (lease: Lease) => Promise<Outcome>,
): Promise<Outcome> {
  const begun = await begin(context, use);
  if (begun.kind === 'done') return repeat(context, use.tenant, begun, origin);
  try {
    return await work(begun.lease);
  } catch (thrown) {
    await giveBack(context, begun.lease);
    throw thrown;
  }
}

/** Desk.submit and Desk.raiseBypass over one process: attempts with the same key at the same time wait for the first one's outcome. */
export class Submissions {
  readonly #context: Context;
  readonly #spends: Spends;
  readonly #running = new Map<string, { body: string; outcome: Promise<Outcome> }>();

  constructor(context: Context) {
    this.#context = context;
    this.#spends = new Spends(context);
  }

  async #once(use: Use, origin: string, work: (lease: Lease) => Promise<Outcome>): Promise<Outcome> {
    const name = JSON.stringify([use.tenant, use.subject, use.key]);
    const running = this.#running.get(name);
    if (running && running.body !== use.body) throw new CallerFault('idempotency_conflict', use.key);
    if (running) return running.outcome;
    const outcome = once(this.#context, use, origin, work).finally(() => this.#running.delete(name));
    this.#running.set(name, { body: use.body, outcome });
    return outcome;
  }

  /** See `Desk.submit`. Throws CallerFault `predicate_reserved` before anything is stored. */
  async submit(caller: Caller, body: SignBody, idempotencyKey: string, origin: string): Promise<Outcome> {
    if (isReservedPredicate(body.predicateType))
      throw new CallerFault('predicate_reserved', body.predicateType);
    const payload = payloadOf(body);
    const { tenant, subject } = caller;
    const use = { tenant, subject, key: idempotencyKey, body: bodyDigest(this.#context, body) };
    return this.#once(use, origin, (lease) =>
      attempt(this.#context, this.#spends, lease, { caller, body, payload, origin }),
    );
  }

  /** See `Desk.raiseBypass`. */
  async raise(caller: Caller, body: BypassBody, idempotencyKey: string, origin: string): Promise<HeldAnswer> {
    const { tenant, subject } = caller;
    if (body.tenant !== tenant) throw new CallerFault('tenant_forbidden', body.tenant);
    // Under a name of its own: no body of sign/dsse is ever the same as one of these.
    const asked = { bypass: { ...body, poe: body.poe.format } };
    const use = { tenant, subject, key: idempotencyKey, body: digestOf(this.#context.crypto, asked) };
    const outcome = await this.#once(use, origin, (lease) =>
      raise(this.#context, lease, { caller, body, origin }),
    );
    if (outcome.kind !== 'held') throw new CallerFault('internal', 'a bypass that was signed at once');
    return outcome.answer;
  }
}
