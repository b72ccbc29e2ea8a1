// An operator asks officers for a bypass while licensing does not answer (POST bypass-requests).
import { randomUUID } from 'node:crypto';
import { HeldAnswer, Problem } from '../../contract/wire/sign.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Client } from './client.ts';

/** What is asked for. `predicateTypes` each once; `minutes` from when it comes into force. */
export interface BypassAsk {
  readonly tenant: string;
  readonly predicateTypes: readonly string[];
  readonly count: number;
  readonly minutes: number;
  readonly cause: string;
}

/** Held for officers; or why not, by status and code. */
export type Raised =
  | { readonly raised: true; readonly answer: HeldAnswer }
  | { readonly raised: false; readonly status: number; readonly code: string };

/** The scope of an operator's token. */
export const BYPASS_SCOPE = 'signer.bypass';

/** Raises it. Rejects with a fault for an answer that is none of the contract's, or the system's error. */
export async function raiseBypass(client: Client, base: string, ask: BypassAsk): Promise<Raised> {
  const body = {
    ...ask,
    predicateTypes: [...ask.predicateTypes].sort(),
    poe: { format: 'jwt', value: 'demo-entitlement' },
  };
  const headers = { 'idempotency-key': randomUUID() };
  const answer = await client.send('POST', `${base}/bypass-requests`, body, headers);
  const value = parseStrict(answer.body);
  if (answer.status === 202) return { raised: true, answer: parseAs(HeldAnswer, value) };
  return { raised: false, status: answer.status, code: parseAs(Problem, value).code };
}
