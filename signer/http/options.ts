// What the HTTP server is made of: everything that it asks of other rooms, handed in.
import type { Logger } from 'pino';
import type { SessionHeader } from '../../contract/wire/session.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { DirectoryChain, Trust } from '../../core/trust/chain.ts';
import type { Desk, Seat } from '../desk/ports.ts';
import type { Optok } from '../gates/optok.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** One GET under an officer's session: the decoded header, and the path that the session's key must have signed. */
export interface SessionAsked {
  readonly header: SessionHeader;
  readonly method: 'GET';
  /** The path with `/api/v1/signer` in it, without a query. */
  readonly path: string;
}

/**
 * `hosts` are the Host values that are served (`name` or `name:port`, lower case), or `loopback`: 127.0.0.1 and
 * localhost with the very port that is listened on. `tls` is PEM; without it the server speaks plain HTTP, which
 * `--dev` alone may ask for.
 */
export interface ServerOptions {
  readonly desk: Desk;
  /** Checks token and proof; throws CallerFault. */
  readonly authenticate: Optok['authenticate'];
  /** The newest DPoP nonce, for every answer. */
  readonly nonce: () => string;
  /** Checks an officer's session; throws CallerFault `session_invalid`. */
  readonly authenticateSession: (asked: SessionAsked) => Promise<Seat>;
  readonly directoryChain: () => DirectoryChain;
  readonly trust: () => Trust;
  readonly policy: () => Policy;
  readonly now: () => Date;
  readonly hosts: 'loopback' | readonly string[];
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What is not ready yet, in a word each; empty when all is. */
  readonly notReady: () => Promise<readonly string[]> | readonly string[];
}
