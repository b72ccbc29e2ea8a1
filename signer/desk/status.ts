// What callers and officers read of a hold: its state, and its payload.
import type { StatusAnswer } from '../../contract/wire/sign.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { digestBytes, digestOf } from '../../core/json/digest.ts';
import { matchNumber } from '../../core/request/match.ts';
import { missing, type Voice } from '../../core/decision/quorum.ts';
import { heldResult, statusUrl } from './answers.ts';
import { change, type Context } from './context.ts';
import { endIn, guarding } from './endings.ts';
import { dossierOf, holdOf, ownHold, type Dossier } from './holds.ts';

/** Counted from what is stored, for display: nothing is signed by this count. Officers no longer known do not count. */
function approvals(context: Context, { request, decisions }: Dossier): StatusAnswer['approvals'] {
  const voices = decisions.flatMap(({ sealed: { decision } }): Voice[] => {
    const officer = context.trust.latest.officers.find((o) => o.id === decision.officer);
    const device = officer?.devices.find((d) => d.id === decision.device);
    return officer && device && decision.verdict === 'approve'
      ? [{ officer, device, machine: decision.machine }]
      : [];
  });
  return { needed: voices.length + missing(request.quorum, voices), given: voices.length };
}

/** Desk.status. Throws CallerFault `not_found`, `tenant_forbidden`, Refusal `store_tampered`. */
export async function status(
  context: Context,
  tenant: string,
  id: string,
  origin: string,
): Promise<StatusAnswer> {
  const dossier = await context.store.read(async (db) => {
    await ownHold(db, tenant, id);
    return dossierOf(context, db, id);
  });
  const { row, request } = dossier;
  const proved = row.state === 'signed' || row.state === 'denied';
  return {
    requestId: id,
    tenant,
    state: row.state,
    kind: request.kind,
    payloadDigest: request.payloadDigest,
    expires: request.expires,
    matchNumber: matchNumber(context.crypto, digestOf(context.crypto, request)),
    approvals: approvals(context, dossier),
    code: row.code,
    result: row.state === 'signed' ? await heldResult(context, dossier) : null,
    evidence: proved ? new URL(`${statusUrl(origin, id)}/evidence`).pathname : null,
  };
}

/** Desk.payload. Throws CallerFault `not_found` for another digest, Refusal `store_tampered` for other bytes. */
export function payload(context: Context, id: string, digest: string): Promise<Uint8Array> {
  return guarding(context, id, async () => {
    const { row, request } = await context.store.read((db) => holdOf(db, id));
    if (request.payloadDigest !== digest) throw new CallerFault('not_found', digest);
    if (digestBytes(context.crypto, row.payload) !== digest)
      throw new Refusal('store_tampered', `payload of ${id}`);
    return row.payload;
  });
}

/** Desk.withdraw. Throws CallerFault `not_found`, `tenant_forbidden`, `not_waiting`. */
export async function withdraw(context: Context, tenant: string, id: string): Promise<void> {
  await change(context, tenant, async (db) => {
    const { row } = await ownHold(db, tenant, id);
    if (row.state !== 'waiting' && row.state !== 'quorate')
      throw new CallerFault('not_waiting', `${id} is ${row.state}`);
    await endIn(context, db, id, 'withdraw', 'withdrawn');
  });
}
