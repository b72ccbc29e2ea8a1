// The door at which tests ask the world for something at once: loopback, a token, strict bodies, a few at a time.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { WorldWish, type WorldAnswer, type WorldReady } from '../../contract/demo/world.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { standing, withdraw, type Asking, type Outcome } from '../pipeline/asking.ts';
import type { Steady } from '../pipeline/steady.ts';
import { jsonOf, listen, Refused, type Incoming, type Outgoing } from '../sandbox/loopback.ts';
import { UNDER_BYPASS, type Outages } from './outages.ts';

/** What the wishes are granted with. */
export interface Powers {
  readonly asking: Asking;
  readonly steady: Steady;
  readonly outages: Outages;
}

const MOST_AT_ONCE = 16;
const NOT_WAITING: WorldAnswer = { outcome: 'refused', status: 409, code: 'not_waiting' };
const DONE: WorldAnswer = { outcome: 'done' };

function told(outcome: Outcome): WorldAnswer {
  if (outcome.outcome !== 'held') return outcome;
  const { requestId, matchNumber } = outcome.answer;
  return { outcome: 'held', requestId, matchNumber };
}

async function raised(outages: Outages): Promise<WorldAnswer> {
  const came = await outages.raise();
  if (came.raised) return told({ outcome: 'held', answer: came.answer });
  return { outcome: 'refused', status: came.status, code: came.code };
}

async function stands(asking: Asking, requestId: string): Promise<WorldAnswer> {
  const found = await standing(asking, requestId);
  if (!found) return { outcome: 'refused', status: 404, code: 'not_found' };
  const { state, payloadDigest, code, result } = found;
  return { outcome: 'status', state, payloadDigest, code, keyId: result?.signer.keyId ?? null };
}

async function grant({ asking, steady, outages }: Powers, wish: WorldWish): Promise<WorldAnswer> {
  if (wish.wish === 'submit' || wish.wish === 'flood') await outages.giveWay();
  switch (wish.wish) {
    case 'submit':
      return told(await steady.submit(wish.document, wish.wording ? { wording: wish.wording } : {}));
    case 'outage':
      await outages.begin();
      return DONE;
    case 'outage-ends':
      await outages.end();
      return DONE;
    case 'raise-bypass':
      return raised(outages);
    case 'sign-under-bypass':
      return told(await steady.submit(UNDER_BYPASS, { trusted: true }));
    case 'withdraw':
      return (await withdraw(asking, wish.requestId)) ? DONE : NOT_WAITING;
    case 'status':
      return stands(asking, wish.requestId);
    case 'quiet':
      steady.quiet = true;
      return DONE;
    case 'busy':
      steady.quiet = false;
      return DONE;
    case 'flood':
      return { outcome: 'flooded', held: await steady.flood(wish.count) };
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

function wishOf({ method, path, authorization, body }: Incoming, token: Buffer): WorldWish {
  if (!timingSafeEqual(sha256(authorization ?? ''), token)) throw new Refused(401, 'token_invalid');
  if (method !== 'POST' || path !== '/wish') throw new Refused(404, 'not_found');
  const wish = WorldWish.safeParse(jsonOf(body));
  if (!wish.success) throw new Refused(400, 'schema_invalid');
  return wish.data;
}

/** Opens the door. `powers` may come later: who asks before that waits. */
export async function openControl(crew: Crew, powers: Promise<Powers>): Promise<WorldReady['control']> {
  const token = randomBytes(32).toString('base64url');
  const expected = sha256(`Bearer ${token}`);
  let running = 0;
  let flooding = false;

  async function granted(wish: WorldWish): Promise<WorldAnswer> {
    const flood = wish.wish === 'flood';
    if (running >= MOST_AT_ONCE || (flood && flooding)) throw new Refused(429, 'busy');
    running += 1;
    if (flood) flooding = true;
    try {
      return await grant(await powers, wish);
    } catch (thrown) {
      // the reason is for the person who asks: a test, with the token in its hand
      throw new Refused(
        502,
        thrown instanceof PartFailed || thrown instanceof Error ? thrown.message : 'failed',
      );
    } finally {
      running -= 1;
      if (flood) flooding = false;
    }
  }

  const handle = async (incoming: Incoming): Promise<Outgoing> => ({
    status: 200,
    body: await granted(wishOf(incoming, expected)),
  });
  const server = await listen(0, handle);
  crew.join(() => server.close());
  return { url: `${server.origin}/wish`, token };
}
