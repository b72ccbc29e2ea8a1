// The pipeline's two hands: it asks for signatures, and it counts what the Signer says still waits of what it asked.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { HeldAnswer, Problem, StatusAnswer } from '../../contract/wire/sign.ts';
import { isEnded } from '../../core/hold/hold.ts';
import { parseStrict, type Json } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { PartFailed } from '../crew/failed.ts';
import type { Client } from './client.ts';
import { bodyOf, type Source, type Wanted } from './documents/document.ts';
import type { Entry, Ledger } from './ledger.ts';

/** What came of a request: held, signed at once, or refused by status and code. */
export type Outcome =
  | { readonly outcome: 'held'; readonly answer: HeldAnswer }
  | { readonly outcome: 'signed'; readonly keyId: string }
  | { readonly outcome: 'refused'; readonly status: number; readonly code: string };

/** `base` is the API's absolute URL. */
export interface Asking {
  readonly client: Client;
  readonly base: string;
  readonly source: Source;
  readonly ledger: Ledger;
}

const LARGEST = { maxBytes: 32 * 1024 * 1024 };
const Signed = z.looseObject({ signer: z.looseObject({ keyId: z.string() }) });

export function outcomeOf(status: number, value: Json): Outcome {
  if (status === 202) return { outcome: 'held', answer: parseAs(HeldAnswer, value) };
  if (status === 200) return { outcome: 'signed', keyId: parseAs(Signed, value).signer.keyId };
  return { outcome: 'refused', status, code: parseAs(Problem, value).code };
}

/** Asks once. Rejects with PartFailed, a fault for an answer that is none, or the system's error. */
export async function ask({ client, base, source }: Asking, wanted: Wanted): Promise<Outcome> {
  const headers = { 'idempotency-key': randomUUID() };
  const answer = await client.send('POST', `${base}/sign/dsse`, bodyOf(source, wanted), headers);
  return outcomeOf(answer.status, parseStrict(answer.body, LARGEST));
}

/** Asks, and remembers what is held. */
export async function askAndKeep(asking: Asking, wanted: Wanted): Promise<Outcome> {
  const outcome = await ask(asking, wanted);
  if (outcome.outcome === 'held')
    await asking.ledger.add([{ id: outcome.answer.requestId, name: wanted.name }]);
  return outcome;
}

/** Where a request of the pipeline's stands, by the Signer's own word; undefined for one that it does not know. */
export async function statusOf({ client, base }: Asking, id: string): Promise<StatusAnswer | undefined> {
  const { status, body } = await client.send('GET', `${base}/requests/${id}`);
  if (status === 404) return undefined;
  if (status !== 200) throw new PartFailed('signer', `requests/${id}: status ${status}`);
  return parseAs(StatusAnswer, parseStrict(body, LARGEST));
}

/** Whether this request has not ended, by the Signer's own word. */
export async function isWaiting(asking: Asking, id: string): Promise<boolean> {
  const found = await statusOf(asking, id);
  return found !== undefined && !isEnded(found.state);
}

/** What still waits, by the Signer's own word, the newest first; at most `most` of them, without looking further. */
export async function waiting(asking: Asking, most: number): Promise<Entry[]> {
  const found: Entry[] = [];
  const ended = new Set<string>();
  for (const entry of [...asking.ledger.waiting].reverse()) {
    if (found.length >= most) break;
    if (await isWaiting(asking, entry.id)) found.push(entry);
    else ended.add(entry.id);
  }
  await asking.ledger.drop(ended);
  return found;
}

/** Takes a request back. False when it does not wait any more. */
export async function withdraw({ client, base, ledger }: Asking, id: string): Promise<boolean> {
  const { status } = await client.send('DELETE', `${base}/requests/${id}`);
  if (status === 204) await ledger.drop(new Set([id]));
  return status === 204;
}
