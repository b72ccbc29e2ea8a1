// POST sign/dsse: token and proof were checked before the body was read; the desk does the rest.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SignBody } from '../../../contract/wire/sign.ts';
import { CallerFault } from '../../../core/fault/fault.ts';
import { API, originOf, valuesOf } from '../asked.ts';
import { bodyAs } from '../body.ts';
import type { Context } from '../context.ts';

/** The `Idempotency-Key` header: 1 to 200 printable ASCII characters, once. Throws CallerFault `schema_invalid`. */
export function idempotencyKey(request: FastifyRequest): string {
  const [key, second] = valuesOf(request, 'idempotency-key');
  if (key === undefined || second !== undefined || !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new CallerFault('schema_invalid', 'Idempotency-Key header');
  return key;
}

/** 200 signed, 202 held. */
export function signRoutes(app: FastifyInstance, { options, doors }: Context): void {
  app.post(`${API}/sign/dsse`, { onRequest: doors.caller }, async (request, reply) => {
    const key = idempotencyKey(request);
    const body = bodyAs(SignBody, request.body);
    const outcome = await options.desk.submit(
      doors.callerOf(request),
      body,
      key,
      `${originOf(request)}${API}`,
    );
    options.metrics.count('signer_submissions_total', 'Requests to sign that were answered.', {
      outcome: outcome.kind,
    });
    if (outcome.kind === 'held') reply.code(202).header('location', outcome.answer.statusUrl);
    return outcome.answer;
  });
}
