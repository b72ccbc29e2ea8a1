// One HTTP request under a session: the header's signature, its age, and its nonce, which counts once.
import { SessionHeader } from '../../contract/wire/session.ts';
import { fromBase64Url } from '../../core/bytes/base64.ts';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import { parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import type { Seat } from '../desk/ports.ts';
import type { FeedContext } from './options.ts';
import { useSession } from './sessions.ts';

const LARGEST_HEADER = 2048;

/** One GET and the header that came with it. */
export interface SessionAsked {
  readonly header: SessionHeader;
  readonly method: 'GET';
  readonly path: string;
}

export interface HeaderCheck {
  /** Checks a decoded header. Throws CallerFault `session_invalid`, or `busy` when too many nonces are remembered. */
  authenticate(asked: SessionAsked): Promise<Seat>;
  /** Checks the text of an Authorization header: `Session <base64url>`. Throws as `authenticate` does. */
  verify(authorization: string | undefined, method: string, path: string): Promise<Seat>;
}

/** Reads `Session <base64url of the canonical header>`. Throws CallerFault `session_invalid`. */
export function parseSessionHeader(authorization: string | undefined): SessionHeader {
  const given = authorization ?? '';
  const text = given.length > LARGEST_HEADER ? undefined : /^Session ([A-Za-z0-9_-]+)$/.exec(given)?.[1];
  if (text === undefined) throw new CallerFault('session_invalid', 'header');
  try {
    return parseAs(SessionHeader, parseCanonical(fromBase64Url(text)));
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    throw new CallerFault('session_invalid', 'header', thrown);
  }
}

/** Nonces that were used, each until its header is too old anyway. Two half-windows, so that forgetting costs nothing. */
class UsedNonces {
  #older = new Set<string>();
  #newer = new Set<string>();
  #turned = 0;
  readonly #window: number;
  readonly #most: number;

  constructor(window: number, most: number) {
    this.#window = window;
    this.#most = most;
  }

  /** Remembers a nonce, or throws when it was used before or when there is no room to remember it. */
  use(nonce: string, now: number): void {
    if (now - this.#turned >= this.#window) {
      this.#older = now - this.#turned >= 2 * this.#window ? new Set() : this.#newer;
      this.#newer = new Set();
      this.#turned = now;
    }
    if (this.#older.has(nonce) || this.#newer.has(nonce))
      throw new CallerFault('session_invalid', 'nonce used');
    if (this.#older.size + this.#newer.size >= this.#most) throw new CallerFault('busy', 'nonces');
    this.#newer.add(nonce);
  }
}

/** Makes the check. A header lives `headerAge` to either side of this clock, so a nonce is kept for twice that at least. */
export function headerCheck(context: FeedContext): HeaderCheck {
  const { headerAge, nonces } = context.limits;
  const used = new UsedNonces(2 * headerAge, nonces);
  async function authenticate({ header, method, path }: SessionAsked): Promise<Seat> {
    const { session, at, nonce, signature } = header;
    const now = context.now().getTime();
    if (!(Math.abs(now - Date.parse(at)) <= headerAge)) throw new CallerFault('session_invalid', 'time');
    const { seat } = await useSession(context, { session, use: 'fetch', method, path, at, nonce }, signature);
    used.use(`${session} ${nonce}`, now); // after the signature, so that only its owner can fill the room
    return seat;
  }
  return {
    authenticate,
    verify: async (authorization, method, path) => {
      const header = parseSessionHeader(authorization);
      if (method !== 'GET') throw new CallerFault('session_invalid', 'method');
      return authenticate({ header, method, path });
    },
  };
}
