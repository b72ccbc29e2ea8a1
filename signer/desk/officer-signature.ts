// An officer-held key's signature: its own act, after the quorum and after the intent, and the last one.
import { equalBytes } from '../../core/bytes/bytes.ts';
import { pae } from '../../core/dsse/pae.ts';
import { CallerFault, Refusal } from '../../core/fault/fault.ts';
import { move } from '../../core/hold/hold.ts';
import { keyId } from '../../core/key/keyid.ts';
import type { SignerKey } from '../../core/directory/directory.ts';
import { change, type Context } from './context.ts';
import { checkNothingHidden } from './dossier-checks.ts';
import { guarding } from './endings.ts';
import { tellHold } from './feed-events.ts';
import { dossierOf, sameState, type Dossier } from './holds.ts';
import type { Seat } from './ports.ts';
import { cleared, keysOf } from './signing.ts';
import { checkFreeIn } from './suspended.ts';

function heldKey(context: Context, dossier: Dossier, keyid: string, seat: Seat): SignerKey {
  const key = keysOf(context, dossier).find((k) => keyId(context.crypto, k.key) === keyid);
  if (!key) throw new Refusal('key_unknown', keyid);
  if (key.holder !== seat.officer) throw new Refusal('key_use', `${key.name} is not ${seat.officer}'s`);
  return key;
}

/** The same signature again is taken as a repeat; another one comes too late, because the first result stands. */
function isRepeat({ signatures, row }: Dossier, keyid: string, signature: Uint8Array): boolean {
  const stored = signatures.find((s) => s.keyid === keyid);
  if (stored && equalBytes(stored.signature, signature)) return true;
  if (row.state === 'waiting') throw new Refusal('quorum_incomplete', row.requestId);
  if (stored || row.state !== 'quorate') throw new Refusal('hold_closed', `${row.requestId} is ${row.state}`);
  return false;
}

async function keep(context: Context, dossier: Dossier, keyid: string, signature: Uint8Array): Promise<void> {
  const { tenant, requestId, state } = dossier.row;
  const have = new Set([...dossier.signatures.map((s) => s.keyid), keyid]);
  const officers = keysOf(context, dossier).filter((k) => k.holder !== null);
  const all = officers.every((k) => have.has(keyId(context.crypto, k.key)));
  const next = all ? move(state, 'commit') : state;
  await change(context, tenant, async (db) => {
    if (!sameState(dossier, await dossierOf(context, db, requestId)))
      throw new Refusal('hold_closed', `${requestId} changed`);
    await checkFreeIn(context, db, dossier.request.keys);
    await db.insertInto('signatures').values({ tenant, requestId, keyid, signature }).execute();
    await db.updateTable('holds').set({ state: next }).where('requestId', '=', requestId).execute();
    await tellHold(context, db, {
      tenant,
      requestId,
      state: next,
      code: null,
      decisions: dossier.decisions.length,
    });
  });
}

/**
 * Desk.officerSignature. Throws Refusal `quorum_incomplete` before the quorum, `key_use` when the key is not this
 * officer's, `signature_invalid`, `hold_closed`, `key_suspended`, or what the committing step's checks find.
 */
export function officerSignature(
  context: Context,
  seat: Seat,
  requestId: string,
  keyid: string,
  signature: Uint8Array,
): Promise<void> {
  return guarding(context, requestId, async () => {
    const dossier = await context.store.read((db) => dossierOf(context, db, requestId));
    const { key } = heldKey(context, dossier, keyid, seat);
    if (isRepeat(dossier, keyid, signature)) return;
    const good = context.crypto.verify(key, pae(dossier.request.payloadType, dossier.row.payload), signature);
    if (!good) throw new Refusal('signature_invalid', keyid);
    const found = await cleared(context, dossier, context.now().toISOString());
    await checkNothingHidden(context, dossier);
    if (!found?.intent) throw new CallerFault('internal', `${requestId} is quorate without an intent`);
    await keep(context, dossier, keyid, signature);
  });
}
