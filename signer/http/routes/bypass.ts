// POST bypass-requests: an operator asks officers for a bypass grant while the licensing service does not answer.
import type { FastifyInstance } from 'fastify';
import { BypassBody } from '../../../contract/wire/bypass.ts';
import { API, originOf } from '../asked.ts';
import { bodyAs } from '../body.ts';
import type { Context } from '../context.ts';
import { idempotencyKey } from './sign.ts';

/** 202: it waits for officers like any held request. */
export function bypassRoutes(app: FastifyInstance, { options, doors }: Context): void {
  app.post(`${API}/bypass-requests`, { onRequest: doors.operator }, async (request, reply) => {
    const key = idempotencyKey(request);
    const body = bodyAs(BypassBody, request.body);
    const origin = `${originOf(request)}${API}`;
    const answer = await options.desk.raiseBypass(doors.callerOf(request), body, key, origin);
    options.metrics.count('signer_bypass_requests_total', 'Bypasses that were raised.', {});
    return reply.code(202).header('location', answer.statusUrl).send(answer);
  });
}
