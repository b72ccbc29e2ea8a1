// A Signer's feed on loopback over a model desk, with a clock that tests move, and raw clients to attack it with.
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { FromSigner, LINK_PATH, SUBPROTOCOL, type FromConsole } from '../../../contract/wire/link.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { verifyChain, type DirectoryChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { attachFeed, type Feed } from '../../../signer/feed/feed.ts';
import type { Standing } from '../../../signer/desk/standing.ts';
import type { Desk } from '../../../signer/desk/ports.ts';
import type { FeedLimits, SessionStore } from '../../../signer/feed/options.ts';
import { ModelDesk } from '../../faults/histories/model-desk.ts';
import { makeSession, makeWorld, NOW, type Person, type World } from '../../support/world.ts';

export interface RigOptions<D extends Desk = ModelDesk> {
  readonly world?: World;
  /** A model desk unless given. */
  readonly desk?: D;
  readonly limits?: Partial<FeedLimits>;
  readonly sessions?: SessionStore;
  /** A directory that changes by itself, in place of the world's. */
  readonly standing?: Standing;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly port?: number;
}

export interface Rig<D extends Desk = ModelDesk> {
  readonly world: World;
  readonly desk: D;
  readonly feed: Feed;
  readonly server: Server;
  readonly port: number;
  /** `http://127.0.0.1:port`, or https. */
  readonly url: string;
  readonly clock: { at: number };
  /** The chain that the feed trusts now; tests replace it. */
  trusted: DirectoryChain;
  readonly lines: { level: string; facts: object; message: string }[];
  /** As a killed process: sockets break without a word. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** Starts one. Its GETs are those that a Console needs: payloads under a session, and what anybody may read. */
export function startRig(options?: RigOptions): Promise<Rig>;
export function startRig<D extends Desk>(options: RigOptions<D> & { readonly desk: D }): Promise<Rig<D>>;
export async function startRig(options: RigOptions<Desk> = {}): Promise<Rig<Desk>> {
  const world = options.world ?? makeWorld();
  const desk = options.desk ?? new ModelDesk();
  const clock = { at: Date.parse(NOW) };
  const lines: Rig<Desk>['lines'] = [];
  const say = (level: string) => (facts: object, message: string) =>
    void lines.push({ level, facts, message });
  const server = (options.tls ? createTlsServer(options.tls) : createServer()) as Server;
  const state = { trusted: world.chain, trust: world.trust };
  const feed = attachFeed({
    server,
    desk,
    trust: () => options.standing?.trust ?? state.trust,
    crypto: nodeCrypto,
    now: () => new Date(clock.at),
    random: (n) => randomBytes(n),
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    ...(options.sessions ? { sessions: options.sessions } : {}),
    limits: { heartbeat: 60_000, ...options.limits },
  });
  serve(server, feed, desk, world, async () => (options.standing ? desk.suspensions.chain() : world.chain));
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listening(server, options.port ?? 0);
  const stop = async () => {
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    server.closeAllConnections();
    await closed;
  };
  return {
    world,
    desk,
    feed,
    server,
    port,
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    clock,
    lines,
    get trusted() {
      return state.trusted;
    },
    set trusted(chain: DirectoryChain) {
      state.trusted = chain;
      state.trust = verifyChain(nodeCrypto, chain, world.pin);
    },
    kill: async () => {
      for (const socket of sockets) socket.destroy();
      await feed.close();
      await stop();
    },
    close: async () => {
      await feed.close();
      await stop();
    },
  };
}

function serve(
  server: Server,
  feed: Feed,
  desk: Desk,
  world: World,
  chain: () => Promise<DirectoryChain>,
): void {
  const answerTo = async (path: string, authorization: string | undefined): Promise<Uint8Array | string> => {
    const payload = /^\/api\/v1\/signer\/requests\/([0-9A-Z]{26})\/payload\/(sha256:[0-9a-f]{64})$/.exec(
      path,
    );
    if (payload) {
      await feed.verifySessionHeader(authorization, 'GET', path);
      return desk.payload(payload[1] ?? '', payload[2] ?? '');
    }
    if (path.endsWith('/policy')) return JSON.stringify(world.policy);
    if (path.endsWith('/directory')) return JSON.stringify(await chain());
    if (path.endsWith('/log/checkpoint')) return desk.log.checkpoint();
    const [, kind, from, to] = /\/log\/(inclusion|consistency)\/(\d+)\/(\d+)$/.exec(path) ?? [];
    const read = kind === 'consistency' ? 'consistency' : 'inclusion';
    return JSON.stringify({ proof: await desk.log[read](Number(from), Number(to)) });
  };
  server.on('request', (request, response) => {
    answerTo(request.url ?? '', request.headers.authorization).then(
      (body) => response.end(body),
      (thrown: unknown) => {
        response.statusCode = isFault(thrown) && thrown.code === 'session_invalid' ? 401 : 404;
        response.end(JSON.stringify({ code: isFault(thrown) ? thrown.code : 'internal', detail: '' }));
      },
    );
  });
}

/** What is told of the directory: it has no place among the answers and events that a test waits for one by one. */
export type Notice = Extract<FromSigner, { type: 'directory' | 'proposal' | 'proposals' }>;
const isNotice = (message: FromSigner): message is Notice =>
  message.type === 'directory' || message.type === 'proposal' || message.type === 'proposals';

/** A client that says whatever a test wants said. */
export interface Raw {
  readonly ws: WebSocket;
  /** What came of the directory and its proposals so far. */
  readonly notices: readonly Notice[];
  /** The next message; rejects when the connection ends first. */
  next(): Promise<FromSigner>;
  /** The next message of this type, others skipped. */
  until<T extends FromSigner['type']>(type: T): Promise<Extract<FromSigner, { type: T }>>;
  send(message: FromConsole | object): void;
  /** Close code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Connects; the promise of `next` gives `hello` first. */
export function connectRaw(rig: Pick<Rig, 'url'>, options: ClientOptions = {}, path = LINK_PATH): Raw {
  const ws = new WebSocket(rig.url.replace(/^http/, 'ws') + path, SUBPROTOCOL, {
    perMessageDeflate: false,
    ...options,
  });
  const ready: FromSigner[] = [];
  const notices: Notice[] = [];
  const wanted: { resolve: (m: FromSigner) => void; reject: (e: Error) => void }[] = [];
  let over: Error | undefined;
  const end = (why: Error) => {
    over ??= why;
    for (const one of wanted.splice(0)) one.reject(over);
  };
  ws.on('message', (data: Buffer) => {
    const message = FromSigner.parse(JSON.parse(data.toString('utf8')));
    if (isNotice(message)) return void notices.push(message);
    const first = wanted.shift();
    if (first) first.resolve(message);
    else ready.push(message);
  });
  ws.on('error', end);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      end(new Error(`closed ${code} ${reason.toString('utf8')}`));
      resolve({ code, reason: reason.toString('utf8') });
    });
  });
  const next = (): Promise<FromSigner> => {
    const first = ready.shift();
    if (first) return Promise.resolve(first);
    if (over) return Promise.reject(over);
    return new Promise((resolve, reject) => {
      wanted.push({ resolve, reject });
    });
  };
  return {
    ws,
    notices,
    next,
    async until(type) {
      for (;;) {
        const message = await next();
        if (message.type === type) return message as Extract<FromSigner, { type: typeof type }>;
      }
    },
    send: (message) => ws.send(JSON.stringify(message)),
    closed,
  };
}

/** The HTTP status with which an upgrade was refused; undefined when it was not. */
export function refusedWith(
  rig: Pick<Rig, 'url'>,
  options: ClientOptions,
  path = LINK_PATH,
  protocols: string | string[] = SUBPROTOCOL,
) {
  const ws = new WebSocket(rig.url.replace(/^http/, 'ws') + path, protocols, options);
  return new Promise<number | undefined>((resolve) => {
    ws.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      ws.terminate();
    });
    ws.on('error', () => resolve(undefined));
    ws.on('open', () => {
      resolve(undefined);
      ws.terminate();
    });
  });
}

/** Connects and signs in as a person. */
export async function seatRaw(rig: Pick<Rig, 'url' | 'world'>, who: Person, options: ClientOptions = {}) {
  const raw = connectRaw(rig, options);
  const hello = await raw.until('hello');
  const made = makeSession(rig.world, who, { nonce: hello.nonce });
  raw.send({ type: 'sign-in', ref: 1, sealed: made.sealed });
  const welcome = await raw.until('welcome');
  return { raw, hello, welcome, ...made };
}
