// The log as verifiers read it: the newest checkpoint, and proofs that lead to it.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ProofAnswer } from '../../../contract/wire/log.ts';
import { CallerFault } from '../../../core/fault/fault.ts';
import { API } from '../asked.ts';
import type { Context } from '../context.ts';

/** A path member as a whole number in its shortest form. Throws CallerFault `not_found`. */
function numberIn(request: FastifyRequest, name: string): number {
  const text = (request.params as Record<string, string>)[name] ?? '';
  if (!/^(?:0|[1-9]\d{0,14})$/.test(text)) throw new CallerFault('not_found');
  return Number(text);
}

/** A proof for sizes that the log never had is not there: 404. */
export function logRoutes(app: FastifyInstance, { options }: Context): void {
  const { log } = options.desk;
  app.get(`${API}/log/checkpoint`, async (_request, reply) => {
    const note = await log.checkpoint();
    return reply.type('text/plain; charset=utf-8').send(note);
  });
  app.get(`${API}/log/inclusion/:leaf/:size`, async (request): Promise<ProofAnswer> => {
    const [leaf, size] = [numberIn(request, 'leaf'), numberIn(request, 'size')];
    if (leaf >= size || size > (await log.size())) throw new CallerFault('not_found');
    return { proof: await log.inclusion(leaf, size) };
  });
  app.get(`${API}/log/consistency/:old/:new`, async (request): Promise<ProofAnswer> => {
    const [older, newer] = [numberIn(request, 'old'), numberIn(request, 'new')];
    if (older < 1 || older > newer || newer > (await log.size())) throw new CallerFault('not_found');
    return { proof: await log.consistency(older, newer) };
  });
}
