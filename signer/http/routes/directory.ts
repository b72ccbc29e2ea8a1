// POST directory: the next version with its whole quorum. Nobody says who they are: the devices' signatures are the authority.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DirectoryAnswer } from '../../../contract/wire/log.ts';
import { refusal } from '../../../core/fault/codes.ts';
import { CallerFault, Refusal } from '../../../core/fault/fault.ts';
import { Proposal } from '../../../core/trust/proposal.ts';
import { API } from '../asked.ts';
import { bodyAs, type BodyLimits } from '../body.ts';
import type { Context } from '../context.ts';
import { makePace } from '../pace.ts';

/** How many are read and checked at once, how many an address may bring in a minute, and how large one may be. */
const AT_ONCE = 2;
const A_MINUTE = 30;
const config: BodyLimits = { mostBytes: 1024 * 1024, mostValues: 200_000 };

/** Whatever a check says of the proposal may be told: everything in it came from whoever asks, or is published. */
function tellable(thrown: unknown): unknown {
  if (!(thrown instanceof Refusal) || 'http' in refusal[thrown.code] || thrown.code === 'store_tampered')
    return thrown;
  return new CallerFault('proposal_refused', `${thrown.code}: ${thrown.detail}`, thrown);
}

/** 200, the same again for a version that is in force; 403 `quorum_incomplete`, 409 `proposal_stale`. */
export function directoryRoutes(app: FastifyInstance, { options }: Context): void {
  const pace = makePace(A_MINUTE, () => performance.now());
  let running = 0;
  async function onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (running >= AT_ONCE) throw new CallerFault('busy', 'directory', undefined, 1);
    pace(request.ip);
    running += 1;
    reply.raw.once('close', () => (running -= 1)); // however it ends, a caller who hung up included
  }
  app.post(`${API}/directory`, { onRequest, config }, async (request): Promise<DirectoryAnswer> => {
    const proposal = bodyAs(Proposal, request.body);
    try {
      return await options.desk.directory.publish(proposal);
    } catch (thrown) {
      throw tellable(thrown);
    }
  });
}
