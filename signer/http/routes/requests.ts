// requests/{id}: its state, withdrawing it, its evidence, and for officers its payload's bytes.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CallerFault } from '../../../core/fault/fault.ts';
import { Digest } from '../../../core/json/digest.ts';
import { Ulid } from '../../../core/name/names.ts';
import { API, originOf } from '../asked.ts';
import type { Context } from '../context.ts';

function idOf(request: FastifyRequest): string {
  const id = Ulid.safeParse((request.params as { id?: string }).id);
  if (!id.success) throw new CallerFault('not_found');
  return id.data;
}

function digestIn(request: FastifyRequest): string {
  const digest = Digest.safeParse((request.params as { digest?: string }).digest);
  if (!digest.success) throw new CallerFault('not_found');
  return digest.data;
}

/** A tenant's own requests; evidence also, and payloads only, for officers. */
export function requestRoutes(app: FastifyInstance, { options, doors }: Context): void {
  const one = `${API}/requests/:id`;
  app.get(one, { onRequest: doors.tenant }, (request) =>
    options.desk.status(doors.callerOf(request).tenant, idOf(request), `${originOf(request)}${API}`),
  );
  app.delete(one, { onRequest: doors.tenant }, async (request, reply) => {
    await options.desk.withdraw(doors.callerOf(request).tenant, idOf(request));
    return reply.code(204).send();
  });
  app.get(`${one}/evidence`, { onRequest: doors.either }, (request) =>
    options.desk.evidence(doors.tenantOf(request), idOf(request)),
  );
  app.get(`${one}/spend-evidence`, { onRequest: doors.either }, (request) =>
    options.desk.spendEvidence(doors.tenantOf(request), idOf(request)),
  );
  app.get(`${one}/signature-evidence`, { onRequest: doors.either }, (request) =>
    options.desk.signatureEvidence(doors.tenantOf(request), idOf(request)),
  );
  app.get(`${one}/payload/:digest`, { onRequest: doors.officer }, async (request, reply) => {
    const bytes = await options.desk.payload(idOf(request), digestIn(request));
    return reply.type('application/octet-stream').send(Buffer.from(bytes));
  });
}
