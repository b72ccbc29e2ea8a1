// What the routes share: the options, and who was let in with each request.
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Caller, Seat } from '../desk/ports.ts';
import { askedOf, isSession, pathOf, sessionOf } from './asked.ts';
import { BYPASS_SCOPE, SCOPE, type Scope } from '../gates/optok.ts';
import type { ServerOptions } from './options.ts';

/** Hooks that let a request in before its body is read, and what they found out. */
export interface Doors {
  /** An OpTok that may sign, with its proof. */
  readonly caller: onRequestAsyncHookHandler;
  /** An OpTok that may raise a bypass. */
  readonly operator: onRequestAsyncHookHandler;
  /** Either of the two, for what belongs to the tenant. */
  readonly tenant: onRequestAsyncHookHandler;
  /** An officer's session. */
  readonly officer: onRequestAsyncHookHandler;
  /** An OpTok, or an officer's session. */
  readonly either: onRequestAsyncHookHandler;
  callerOf(request: FastifyRequest): Caller;
  /** The tenant that a caller is bound to; null for an officer, who is bound to none. */
  tenantOf(request: FastifyRequest): string | null;
}

/** What every group of routes is given. */
export interface Context {
  readonly options: ServerOptions;
  readonly doors: Doors;
}

/** Makes the hooks over the gates that were handed in. */
export function makeDoors(options: ServerOptions): Doors {
  const callers = new WeakMap<FastifyRequest, Caller>();
  const seats = new WeakMap<FastifyRequest, Seat>();
  const door =
    (...scopes: readonly Scope[]) =>
    async (request: FastifyRequest): Promise<void> => {
      callers.set(request, await options.authenticate(askedOf(request), scopes));
    };
  const tenant = door(SCOPE, BYPASS_SCOPE);
  async function officer(request: FastifyRequest): Promise<void> {
    const asked = { header: sessionOf(request), method: 'GET' as const, path: pathOf(request) };
    seats.set(request, await options.authenticateSession(asked));
  }
  function callerOf(request: FastifyRequest): Caller {
    const known = callers.get(request);
    if (!known) throw new Error('a route without its door'); // never a caller's doing
    return known;
  }
  return {
    caller: door(SCOPE),
    operator: door(BYPASS_SCOPE),
    tenant,
    officer,
    either: (request) => (isSession(request) ? officer(request) : tenant(request)),
    callerOf,
    tenantOf: (request) => (seats.has(request) ? null : callerOf(request).tenant),
  };
}
