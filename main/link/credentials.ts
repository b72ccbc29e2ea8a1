// The session this Console holds: its key lives in memory only and proves each reconnect and each fetch.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { LINK_VERSION } from '../../contract/wire/link.ts';
import type { SessionHeader } from '../../contract/wire/session.ts';
import { toBase64, toBase64Url } from '../../core/bytes/base64.ts';
import {
  sessionUseBytes,
  type SealedSession,
  type Session,
  type SessionUse,
} from '../../core/decision/session.ts';
import { signable } from '../../core/decision/signable.ts';
import { Refusal, WireFault } from '../../core/fault/fault.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';

/** A session that a device signed. */
export interface Held {
  readonly id: string;
  readonly session: Session;
  readonly key: KeyObject;
}

/** What a new session says, besides its fresh key. */
export interface SessionDraft {
  readonly signer: string;
  readonly officer: string;
  readonly device: string;
  readonly machine: string;
  readonly nonce: string;
  readonly expires: Date;
}

/** A session object with a fresh P-256 key of its own; the private half never leaves this process. */
export function draftSession(crypto: Crypto, draft: SessionDraft): Held {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = toBase64(pair.publicKey.export({ format: 'der', type: 'spki' }));
  const session: Session = {
    _type: signable.session.type,
    ...draft,
    sessionKey: { alg: 'ecdsa-p256-sha256', spki },
    versions: [LINK_VERSION],
    expires: draft.expires.toISOString(),
  };
  return { id: digestOf(crypto, session), session, key: pair.privateKey };
}

/** Throws Refusal `request_mismatch` unless what was sealed is the very session that was drafted. */
export function checkSealed(crypto: Crypto, held: Held, sealed: SealedSession): void {
  if (digestOf(crypto, sealed.session) !== held.id)
    throw new Refusal('request_mismatch', 'another session was signed');
}

/** The session key's signature over one use (DER, base64). */
export function signUse(held: Held, use: SessionUse): string {
  return toBase64(sign('sha256', sessionUseBytes(use), held.key));
}

/** True while the session has more than `margin` milliseconds left. */
export function lasts(held: Held, now: Date, margin: number): boolean {
  return Date.parse(held.session.expires) - now.getTime() > margin;
}

/** `Session <...>` for one GET of this path. Throws WireFault `sign_in_refused` without a session. */
export function authorization(held: Held | undefined, path: string, at: Date, nonce: Uint8Array): string {
  if (!held) throw new WireFault('sign_in_refused', 'not signed in');
  const use = {
    session: held.id,
    use: 'fetch',
    method: 'GET',
    path,
    at: at.toISOString(),
    nonce: toBase64Url(nonce),
  } as const;
  const header: SessionHeader = {
    session: held.id,
    at: use.at,
    nonce: use.nonce,
    signature: signUse(held, use),
  };
  return `Session ${toBase64Url(canonical(header))}`;
}
