// What the feed is made of: the desk behind it, its clock and limits, and where sessions are kept.
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { HEARTBEAT } from '../../contract/wire/link.ts';
import type { SealedSession } from '../../core/decision/session.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Trust } from '../../core/trust/chain.ts';
import type { Desk } from '../desk/ports.ts';

/** The part of a pino logger that the feed uses. */
export interface FeedLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * Sessions by id, as the device signed them: a row is a cache, and is verified again at each use. A store that every
 * replica reads lets a Console come back to another one, or after a restart, without a touch.
 */
export interface SessionStore {
  put(id: string, sealed: SealedSession): Promise<void>;
  get(id: string): Promise<SealedSession | undefined>;
}

/** Times in milliseconds, sizes in bytes. */
export interface FeedLimits {
  /** How often a ping goes out; a peer silent for three is gone. */
  readonly heartbeat: number;
  /** How long a person has for the touch of a sign-in. */
  readonly signIn: number;
  /** How many bytes may wait for one slow Console before nothing more is read for it. */
  readonly waiting: number;
  /** How many messages of one Console may wait to be answered before its socket is not read. */
  readonly unanswered: number;
  /** Links at once, and those among them that have not signed in: of these the oldest makes room for a newcomer. */
  readonly links: number;
  readonly strangers: number;
  /** How many events, or holds, one read of the desk brings. */
  readonly page: number;
  /** How old a session header may be, and how many nonces are remembered for as long. */
  readonly headerAge: number;
  readonly nonces: number;
}

export const defaultLimits: FeedLimits = {
  heartbeat: HEARTBEAT,
  signIn: 120_000,
  waiting: 512 * 1024,
  unanswered: 32,
  links: 4096,
  strangers: 256,
  page: 32,
  headerAge: 60_000,
  nonces: 200_000,
};

export interface FeedOptions {
  readonly server: HttpServer | HttpsServer;
  readonly desk: Desk;
  /** The newest verified directory chain; asked again at every use. */
  readonly trust: () => Trust;
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: FeedLog;
  /** Kept in this process's memory unless given. */
  readonly sessions?: SessionStore;
  readonly limits?: Partial<FeedLimits>;
}

/** The options with nothing left out. */
export type FeedContext = Omit<FeedOptions, 'server' | 'limits' | 'sessions'> & {
  readonly limits: FeedLimits;
  readonly sessions: SessionStore;
};
