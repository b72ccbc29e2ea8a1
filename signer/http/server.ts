// The HTTP server: routes under one roof, with the Host check, the nonce, problems and the log line that all of them share.
import type { Socket } from 'node:net';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { ulid } from 'ulid';
import { CallerFault } from '../../core/fault/fault.ts';
import { hostOf } from './asked.ts';
import { LARGEST_BODY, readJson, type BodyLimits } from './body.ts';
import { makeDoors, type Context } from './context.ts';
import type { ServerOptions } from './options.ts';
import { isOurs, PROBLEM_TYPE, problemOf } from './problem.ts';
import { bypassRoutes } from './routes/bypass.ts';
import { directoryRoutes } from './routes/directory.ts';
import { logRoutes } from './routes/log.ts';
import { operateRoutes } from './routes/operate.ts';
import { requestRoutes } from './routes/requests.ts';
import { signRoutes } from './routes/sign.ts';
import { trustRoutes } from './routes/trust.ts';
import { verifyRoutes } from './routes/verify.ts';

export { API } from './asked.ts';
export type { ServerOptions, SessionAsked } from './options.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
// A prober names no host of ours; what these two say is no secret.
const PROBES = new Set(['/healthz', '/readyz']);

function fail(options: ServerOptions, thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { problem, headers } = problemOf(thrown, request.id);
  const seen = { trace: request.id, code: problem.code, status: problem.status, detail: problem.detail };
  if (isOurs(thrown)) options.logger.error({ ...seen, err: thrown }, 'failed');
  else options.logger.info(seen, 'refused');
  const labels = { code: problem.code };
  options.metrics.count('signer_problems_total', 'Answers that were problems, by code.', labels);
  // What was not read of a large body is of no use to the next request on this connection.
  if (problem.code === 'too_large') reply.header('connection', 'close');
  void reply
    .code(problem.status)
    .headers({ ...headers, 'dpop-nonce': options.nonce(), 'cache-control': 'no-store' })
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}

function shared(app: FastifyInstance, options: ServerOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'dpop-nonce': options.nonce(),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const probe = options.hosts !== 'loopback' && PROBES.has(request.routeOptions.url ?? '');
    if (!probe) hostOf(request, options.hosts);
    if (request.is404) throw new CallerFault('not_found');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { statusCode: status, elapsedTime } = reply;
    options.logger.info(
      { trace: request.id, method: request.method, route, status, ms: Math.round(elapsedTime) },
      'answered',
    );
    const labels = { route, method: request.method, status: String(status) };
    options.metrics.count('signer_http_answers_total', 'Answers by route, method and status.', labels);
    options.metrics.time('signer_http_seconds', 'Time to answer.', { route }, elapsedTime / 1000);
  });
  app.setErrorHandler<FastifyError>((thrown, request, reply) => fail(options, thrown, request, reply));
  app.setNotFoundHandler((request, reply) => fail(options, new CallerFault('not_found'), request, reply));
}

function bodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: NodeJS.ReadableStream) =>
    readJson(
      request.headers,
      payload as Parameters<typeof readJson>[1],
      request.routeOptions.config as BodyLimits,
    ),
  );
}

/** Answers 405 with `Allow` for each other method of each route, before a body is read. */
function otherMethods(app: FastifyInstance, routes: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of routes) {
    const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', [...methods].join(', '));
      throw new CallerFault('method_not_allowed');
    };
    const method = METHODS.filter((other) => !methods.has(other));
    app.route({ method, url, onRequest: refuse, handler: refuse });
  }
}

function routes(app: FastifyInstance, context: Context): void {
  const known = new Map<string, Set<string>>();
  let collecting = true;
  app.addHook('onRoute', ({ url, method }) => {
    if (!collecting) return;
    const methods = known.get(url) ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    known.set(url, methods);
  });
  for (const add of [
    signRoutes,
    bypassRoutes,
    requestRoutes,
    trustRoutes,
    directoryRoutes,
    logRoutes,
    verifyRoutes,
    operateRoutes,
  ])
    add(app, context);
  collecting = false;
  otherMethods(app, known);
}

/** Answers what is not HTTP at all, for which there is no request to speak of. */
function unspeakable(options: ServerOptions, thrown: NodeJS.ErrnoException, socket: Socket): void {
  if (thrown.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const trace = ulid();
  const large = thrown.code === 'HPE_HEADER_OVERFLOW';
  const { problem } = problemOf(
    new CallerFault(large ? 'too_large' : 'body_malformed', large ? 'headers' : 'not HTTP'),
    trace,
  );
  options.logger.info({ trace, code: problem.code, why: thrown.code }, 'not HTTP');
  const text = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Refused`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  socket.end([...head, 'connection: close', '', text].join('\r\n'));
}

/**
 * Makes the server under `/api/v1/signer` (protocol.md 14); `listen` is left to whoever runs it, and `app.server` is the
 * HTTP server to which the link's upgrade belongs. Every answer carries the newest DPoP nonce.
 */
export function makeServer(options: ServerOptions): FastifyInstance {
  const settings = {
    logger: false as const,
    bodyLimit: LARGEST_BODY * 8, // our own parser counts, and answers only after it has read the rest
    genReqId: () => ulid(),
    requestIdHeader: false as const,
    requestTimeout: 120_000,
    forceCloseConnections: 'idle' as const,
    clientErrorHandler: (thrown: NodeJS.ErrnoException, socket: Socket) =>
      unspeakable(options, thrown, socket),
    // A path that cannot be decoded, or whose member is too long: no route could have been meant.
    frameworkErrors: (thrown: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      fail(options, new CallerFault('not_found', '', thrown), request, reply),
  };
  const app = options.tls
    ? (Fastify({
        ...settings,
        https: { ...options.tls, minVersion: 'TLSv1.2' },
      }) as unknown as FastifyInstance)
    : Fastify(settings);
  shared(app, options);
  bodies(app);
  routes(app, { options, doors: makeDoors(options) });
  return app;
}
