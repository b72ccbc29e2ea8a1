// The gate `poe`: whether the tenant is entitled, asked of the licensing service at every request (RFC 7662).
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import type { Finding } from '../../core/request/request.ts';
import type { SignBody } from '../../contract/wire/sign.ts';
import type { Caller, PoeGate } from '../desk/ports.ts';

/** `url` is the introspection endpoint. `ttl` and `timeout` in milliseconds. */
export interface PoeOptions {
  readonly url: string;
  readonly ttl: number;
  readonly timeout?: number;
  readonly now?: () => number;
}

const Answer = z.looseObject({
  active: z.boolean(),
  tenant: z.string().optional(),
  plan: z.string().max(100).optional(),
});
type Answer = z.infer<typeof Answer>;

const LARGEST = 65_536;
const MOST_KEPT = 10_000;

/** The text of an answer of at most 64 KiB; undefined for a longer one. */
async function textOf(answer: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (!answer.body) return undefined;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > LARGEST) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Asks once. A string is the reason why there is no answer: whatever is not a whole 200 answer is none. */
async function introspect(
  options: PoeOptions,
  tenant: string,
  poe: SignBody['poe'],
): Promise<Answer | string> {
  try {
    const answer = await fetch(options.url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ token: poe.value, token_type_hint: poe.format, tenant }).toString(),
      signal: AbortSignal.timeout(options.timeout ?? 2000),
    });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return `status_${answer.status}`;
    }
    const bytes = await textOf(answer);
    const parsed = bytes && Answer.safeParse(parseStrict(bytes, { numbers: 'double' }));
    return parsed?.success ? parsed.data : 'malformed';
  } catch (thrown) {
    if (isFault(thrown)) return 'malformed';
    return thrown instanceof DOMException && thrown.name === 'TimeoutError' ? 'timed_out' : 'unreachable';
  }
}

/** The last answer for a tenant and proof, and when it was asked for. `plan` is null for a negative one. */
interface Kept {
  readonly plan: string | null;
  readonly at: number;
}

/** Keeps the newest answer for each tenant and proof, the oldest entries giving way. */
class Answers {
  readonly #kept = new Map<string, Kept>();
  readonly #yes = new Map<string, number>();

  /** An answer that was asked for earlier than the one at hand came late: it changes nothing. */
  put(key: string, kept: Kept): void {
    const before = this.#kept.get(key);
    if (before && (before.at > kept.at || (before.at === kept.at && before.plan === null))) return;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Remembers when a tenant's licence was last found good, with whichever proof. */
  yes(tenant: string, at: number): void {
    const last = Math.max(at, this.#yes.get(tenant) ?? 0);
    this.#yes.delete(tenant);
    this.#yes.set(tenant, last);
    const [oldest] = this.#yes.keys();
    if (this.#yes.size > MOST_KEPT && oldest !== undefined) this.#yes.delete(oldest);
  }

  lastYes(tenant: string): number | undefined {
    return this.#yes.get(tenant);
  }

  /** The plan and its time when the newest answer was positive and is younger than `ttl`. */
  positive(key: string, now: number, ttl: number): { plan: string; at: number } | undefined {
    const kept = this.#kept.get(key);
    if (!kept || kept.plan === null || now - kept.at >= ttl) return undefined;
    return { plan: kept.plan, at: kept.at };
  }
}

const finding = (result: Finding['result'], code: string, facts: Finding['facts']): Finding => ({
  gate: 'poe',
  result,
  code,
  facts,
});

/** The key under which an answer is kept: the proof's value itself is never kept. */
function keyOf(caller: Caller, poe: SignBody['poe']): string {
  return `${caller.tenant} ${poe.format} ${createHash('sha256').update(poe.value).digest('hex')}`;
}

/**
 * Makes the gate. `entitled` and `entitled_cached` pass, `not_entitled` fails, `poe_unavailable` is unavailable, with the
 * facts of `Outage` in core/predicate/grant.ts, so that officers can see how long it has lasted. The
 * last positive answer counts only while the service does not answer and only within the TTL; a negative answer ends it.
 */
export function makePoe(options: PoeOptions): PoeGate {
  const now = options.now ?? (() => Date.now());
  const answers = new Answers();
  const { host } = new URL(options.url);
  return async (caller, { poe }) => {
    const key = keyOf(caller, poe);
    const asked = now();
    const answer = await introspect(options, caller.tenant, poe);
    if (typeof answer !== 'string') {
      const own = answer.tenant === undefined || answer.tenant === caller.tenant;
      if (answer.active && own) {
        const plan = answer.plan ?? 'none';
        answers.put(key, { plan, at: asked });
        answers.yes(caller.tenant, asked);
        return finding('pass', 'entitled', { plan });
      }
      answers.put(key, { plan: null, at: asked });
      return finding('fail', 'not_entitled', { reason: own ? 'inactive' : 'another tenant' });
    }
    const found = now();
    const kept = answers.positive(key, found, options.ttl);
    if (!kept) {
      const lastYes = answers.lastYes(caller.tenant);
      return finding('unavailable', 'poe_unavailable', {
        reason: answer,
        host,
        foundAt: new Date(found).toISOString(),
        lastYes: lastYes === undefined ? 'none' : new Date(lastYes).toISOString(),
        ttlSeconds: String(options.ttl / 1000),
      });
    }
    return finding('pass', 'entitled_cached', {
      plan: kept.plan,
      answeredAt: new Date(kept.at).toISOString(),
    });
  };
}
