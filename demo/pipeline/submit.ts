// What a pipeline does with a finished build: asks for a signature, and polls until there is one or there will be none.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { HeldAnswer, Problem, SignedAnswer, StatusAnswer, type SignBody } from '../../contract/wire/sign.ts';
import { isEnded } from '../../core/hold/hold.ts';
import { isFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { PartFailed } from '../crew/failed.ts';
import type { Answer, Client } from './client.ts';

/** What came back: signed at once, or held. */
export type Submitted =
  | { readonly held: false; readonly answer: SignedAnswer }
  | { readonly held: true; readonly answer: HeldAnswer };

const POLL_MS = 100;

/** A body as the schema types it. A problem is told by its code, anything else by what does not fit. */
function read<S extends z.ZodType>(schema: S, { status, body }: Answer): z.output<S> {
  try {
    const value = parseStrict(body, { maxBytes: 32 * 1024 * 1024 });
    if (status >= 400) {
      const { code, title, detail } = parseAs(Problem, value);
      throw new PartFailed('signer', `it refused with ${status} ${code}: ${title} ${detail}`);
    }
    return parseAs(schema, value);
  } catch (thrown) {
    if (isFault(thrown))
      throw new PartFailed(
        'signer',
        `its answer (status ${status}) is not in the contract: ${thrown.message}`,
        thrown,
      );
    throw thrown;
  }
}

/** POST sign/dsse. `base` is the API's absolute URL. */
export async function submit(client: Client, base: string, body: SignBody): Promise<Submitted> {
  const answer = await client.send('POST', `${base}/sign/dsse`, body, { 'idempotency-key': randomUUID() });
  if (answer.status === 202) return { held: true, answer: read(HeldAnswer, answer) };
  return { held: false, answer: read(SignedAnswer, answer) };
}

/** Where a held request stands. */
export async function status(client: Client, url: string): Promise<StatusAnswer> {
  return read(StatusAnswer, await client.send('GET', url));
}

/** Where it stands, or undefined while the Signer cannot be reached: it may be starting again. */
async function statusIfThere(client: Client, url: string): Promise<StatusAnswer | undefined> {
  try {
    return await status(client, url);
  } catch (thrown) {
    if (thrown instanceof PartFailed) throw thrown; // it answered
    return undefined;
  }
}

/** Polls until the request has ended, through restarts of the Signer. Rejects with PartFailed after `withinMs`. */
export async function untilEnded(client: Client, url: string, withinMs: number): Promise<StatusAnswer> {
  const until = Date.now() + withinMs;
  for (;;) {
    const now = await statusIfThere(client, url);
    if (now && isEnded(now.state)) return now;
    if (Date.now() > until) {
      const where = now?.state ?? 'out of reach';
      throw new PartFailed('pipeline', `the request is still ${where} after ${withinMs / 1000} s`);
    }
    await sleep(POLL_MS);
  }
}
