// POST suspensions: an officer's order to stop signing with a key. Nobody says who they are: the device's proof is the authority.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SealedSuspension } from '../../../core/decision/suspension.ts';
import { CallerFault } from '../../../core/fault/fault.ts';
import type { PublishedSuspension } from '../../../core/trust/suspensions.ts';
import { API } from '../asked.ts';
import { bodyAs, type BodyLimits } from '../body.ts';
import type { Context } from '../context.ts';
import { makePace } from '../pace.ts';

/** How many are read and checked at once, how many an address may bring in a minute, and how large one may be. */
const AT_ONCE = 4;
const A_MINUTE = 30;
const config: BodyLimits = { mostBytes: 64 * 1024, mostValues: 1000 };

/** 200, the same again while the suspension lasts; 403 `suspension_invalid`, 409 `suspension_over`. */
export function suspensionRoutes(app: FastifyInstance, { options }: Context): void {
  const pace = makePace(A_MINUTE, () => performance.now());
  let running = 0;
  async function onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (running >= AT_ONCE) throw new CallerFault('busy', 'suspensions', undefined, 1);
    pace(request.ip);
    running += 1;
    reply.raw.once('close', () => (running -= 1)); // however it ends, a caller who hung up included
  }
  app.post(`${API}/suspensions`, { onRequest, config }, (request): Promise<PublishedSuspension> =>
    options.desk.suspensions.order(bodyAs(SealedSuspension, request.body)),
  );
}
