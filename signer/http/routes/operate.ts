// For those who operate the Signer: is it alive, is it ready, what did it count, what does it speak.
import type { FastifyInstance } from 'fastify';
import { CallerFault } from '../../../core/fault/fault.ts';
import { METRICS_TYPE } from '../../telemetry/metrics.ts';
import type { Context } from '../context.ts';
import { openapi } from '../openapi.ts';

/** /healthz answers while the process runs; /readyz is 503 `busy` while something that it needs is not there. */
export function operateRoutes(app: FastifyInstance, { options }: Context): void {
  const document = openapi();
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    const lacking = await options.notReady();
    if (lacking.length > 0) throw new CallerFault('busy', lacking.join(', '), undefined, 1);
    return { status: 'ok' };
  });
  app.get('/metrics', (_request, reply) => reply.type(METRICS_TYPE).send(options.metrics.text()));
  app.get('/openapi.json', () => document);
}
