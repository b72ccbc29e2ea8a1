// A caller's wish: idempotency key and quota, gates in order, then signed at once or held.
import type { SignBody } from '../../contract/wire/sign.ts';
import { statementOf } from '../../core/dsse/statement.ts';
import { CallerFault, Refusal, isFault } from '../../core/fault/fault.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { isReservedPredicate } from '../../core/predicate/approval.ts';
import { kindFor } from '../../core/request/derive.ts';
import type { Finding } from '../../core/request/request.ts';
import { checkWindow } from '../../core/verify/bundle.ts';
import { heldAnswer, issuedAnswer, issuedRow } from './answers.ts';
import type { Context } from './context.ts';
import { holdRequest } from './hold.ts';
import { holdOf } from './holds.ts';
import { begin, giveBack, type Lease, type Use } from './idempotency.ts';
import { issue } from './issue.ts';
import type { Caller, Outcome } from './ports.ts';
import type { Submission } from './submission.ts';

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

/** The release key that was asked for, or policy's. Throws CallerFault `key_forbidden` or `key_unavailable`. */
function askedKey(context: Context, tenant: string, options: SignBody['options']): SignerKey {
  if (options.signingMode === 'keyless')
    throw new CallerFault('key_unavailable', 'keyless is not offered; ask for keyful');
  const name = options.keyId ?? context.policy.defaultKey;
  const refuse = (why: string, cause?: unknown) =>
    new CallerFault(
      options.keyId === undefined ? 'key_unavailable' : 'key_forbidden',
      `${name} ${why}`,
      cause,
    );
  const key = context.trust.latest.keys.find((k) => k.name === name);
  if (!key || key.use !== 'release') throw refuse('is not a release key');
  if (key.tenants.length > 0 && !key.tenants.includes(tenant)) throw refuse('is not for this tenant');
  if (key.state !== 'active') throw refuse(`is ${key.state}`);
  try {
    checkWindow(key, context.now().toISOString());
  } catch (thrown) {
    if (thrown instanceof Refusal) throw refuse('is outside its window', thrown);
    throw thrown;
  }
  return key;
}

async function passedPoe(context: Context, caller: Caller, body: SignBody): Promise<Finding> {
  const finding = await context.gates.poe(caller, body);
  if (finding.result === 'fail')
    throw new CallerFault('not_entitled', `licensing: ${finding.facts['reason']}`);
  if (finding.result === 'unavailable')
    throw new CallerFault('poe_unavailable', `licensing: ${finding.facts['reason']}`);
  return finding;
}

function quotaFinding({ quota }: Lease): Finding {
  const facts = { limit: String(quota.limit), remaining: String(quota.remaining) };
  return { gate: 'quota', result: 'pass', code: 'within_quota', facts };
}

async function attempt(
  context: Context,
  lease: Lease,
  given: Pick<Submission, 'caller' | 'body' | 'payload' | 'origin'>,
): Promise<Outcome> {
  const { caller, body } = given;
  const poe = await passedPoe(context, caller, body);
  const release = await context.gates.release(caller, body);
  const key = askedKey(context, caller.tenant, body.options);
  const policy: Finding = { gate: 'policy', result: 'pass', code: 'key_chosen', facts: { asked: key.name } };
  const findings = [caller.finding, poe, quotaFinding(lease), release, policy];
  const submission = { ...given, lease, key, findings, plan: poe.facts['plan'] ?? 'none' };
  const kind = kindFor(findings, context.trust.latest, [key.name]);
  return kind === null ? issue(context, submission) : holdRequest(context, submission, kind);
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
  given: Pick<Submission, 'caller' | 'body' | 'payload' | 'origin'>,
): Promise<Outcome> {
  const begun = await begin(context, use);
  if (begun.kind === 'done') return repeat(context, use.tenant, begun, given.origin);
  try {
    return await attempt(context, begun.lease, given);
  } catch (thrown) {
    await giveBack(context, begun.lease);
    throw thrown;
  }
}

/** Desk.submit over one process: attempts with the same key at the same time wait for the first one's outcome. */
export class Submissions {
  readonly #context: Context;
  readonly #running = new Map<string, { body: string; outcome: Promise<Outcome> }>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** See `Desk.submit`. Throws CallerFault `predicate_reserved` before anything is stored. */
  async submit(caller: Caller, body: SignBody, idempotencyKey: string, origin: string): Promise<Outcome> {
    if (isReservedPredicate(body.predicateType))
      throw new CallerFault('predicate_reserved', body.predicateType);
    const payload = payloadOf(body);
    const use = {
      tenant: caller.tenant,
      subject: caller.subject,
      key: idempotencyKey,
      body: bodyDigest(this.#context, body),
    };
    const name = JSON.stringify([use.tenant, use.subject, use.key]);
    const running = this.#running.get(name);
    if (running && running.body !== use.body) throw new CallerFault('idempotency_conflict', idempotencyKey);
    if (running) return running.outcome;
    const outcome = once(this.#context, use, { caller, body, payload, origin }).finally(() =>
      this.#running.delete(name),
    );
    this.#running.set(name, { body: use.body, outcome });
    return outcome;
  }
}
