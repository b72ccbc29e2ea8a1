// Sessions: who sits at the other end of a link or a fetch, verified from what the device signed, each time anew.
import { LINK_VERSION } from '../../contract/wire/link.ts';
import { fromBase64 } from '../../core/bytes/base64.ts';
import {
  sessionUseBytes,
  verifySession,
  type SealedSession,
  type SessionUse,
} from '../../core/decision/session.ts';
import { CallerFault, isFault, WireFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Seat } from '../desk/ports.ts';
import type { FeedContext, SessionStore } from './options.ts';

const MOST_SESSIONS = 10_000;

/** A session that was verified, and who it seats. */
export interface Seated {
  readonly seat: Seat;
  readonly sealed: SealedSession;
}

/** Sessions in memory, the newest 10,000: after a restart every officer signs in again. */
export function memorySessions(): SessionStore {
  const kept = new Map<string, SealedSession>();
  return {
    put: async (id, sealed) => {
      kept.delete(id);
      kept.set(id, sealed);
      const oldest = kept.keys().next();
      if (kept.size > MOST_SESSIONS && !oldest.done) kept.delete(oldest.value);
    },
    get: async (id) => kept.get(id),
  };
}

/** Verifies a session against the newest directory and the clock, for the nonce it was asked with. Throws Refusal. */
function verifyNow(context: FeedContext, sealed: SealedSession, nonce: string): Seated {
  const { crypto } = context;
  const { latest, signer } = context.trust();
  verifySession(crypto, latest, { signer, nonce, now: context.now().getTime() }, sealed);
  const { session } = sealed;
  const seat = { session: digestOf(crypto, session), officer: session.officer, machine: session.machine };
  return { seat, sealed };
}

/** Sign-in: the device signed this connection's nonce. Throws Refusal, or WireFault `version`. */
export async function signIn(context: FeedContext, nonce: string, sealed: SealedSession): Promise<Seated> {
  const seated = verifyNow(context, sealed, nonce);
  if (!sealed.session.versions.includes(LINK_VERSION))
    throw new WireFault('version', sealed.session.versions.join(', '));
  await context.sessions.put(seated.seat.session, sealed);
  return seated;
}

/**
 * The session with this id, when its own key signed this use of it. Throws CallerFault `session_invalid` for one that is
 * unknown, ended or another's, for whatever reason: a stranger learns nothing from the answer.
 */
export async function useSession(context: FeedContext, use: SessionUse, signature: string): Promise<Seated> {
  const sealed = await context.sessions.get(use.session);
  if (!sealed) throw new CallerFault('session_invalid', 'unknown');
  const seated = again(context, sealed);
  if (seated.seat.session !== use.session)
    throw new CallerFault('session_invalid', 'stored under another id');
  const { sessionKey } = sealed.session;
  if (!context.crypto.verify(sessionKey, sessionUseBytes(use), decoded(signature))) {
    throw new CallerFault('session_invalid', 'signature');
  }
  return seated;
}

/** A session that was good once, checked against the directory and the clock of this moment. Throws `session_invalid`. */
export function again(context: FeedContext, sealed: SealedSession): Seated {
  try {
    return verifyNow(context, sealed, sealed.session.nonce);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    throw new CallerFault('session_invalid', thrown.code, thrown);
  }
}

function decoded(signature: string): Uint8Array {
  try {
    return fromBase64(signature);
  } catch (thrown) {
    throw new CallerFault('session_invalid', 'signature', thrown);
  }
}
