// The feed: the link's server end. It lets Consoles in, keeps count of them, and wakes them when something happened.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { LARGEST_MESSAGE, SUBPROTOCOL } from '../../contract/wire/link.ts';
import type { Seat } from '../desk/ports.ts';
import { Connection } from './connection.ts';
import { headerCheck, type SessionAsked } from './header.ts';
import { defaultLimits, type FeedContext, type FeedOptions } from './options.ts';
import { memorySessions } from './sessions.ts';
import { judgeUpgrade, refuseUpgrade } from './upgrade.ts';

export interface Feed {
  /** Checks `Authorization: Session ...` of one request. Throws CallerFault `session_invalid` or `busy`. */
  verifySessionHeader(authorization: string | undefined, method: string, path: string): Promise<Seat>;
  /** The same check of a header that was decoded already. */
  authenticateSession(asked: SessionAsked): Promise<Seat>;
  /** Looks at every seat again, and tells what changed: the desk says when, and each heartbeat does it anyway. */
  directoryChanged(): void;
  /** Links open now, those signed in among them, and the bytes that wait for the slowest. */
  counts(): { links: number; seated: number; waiting: number };
  /** Closes every link and stops. The server itself is its owner's. */
  close(): Promise<void>;
}

/** How long commits are gathered before their checkpoint is told, in milliseconds. */
const CHECKPOINT_PAUSE = 100;

class Feeding implements Feed {
  readonly #context: FeedContext;
  readonly #server: FeedOptions['server'];
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #links = new Set<Connection>();
  readonly #header: ReturnType<typeof headerCheck>;
  readonly #pulse: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #telling: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    const { server, ...rest } = options;
    const limits = { ...defaultLimits, ...options.limits };
    this.#server = server;
    this.#context = { ...rest, limits, sessions: options.sessions ?? memorySessions() };
    this.#header = headerCheck(this.#context);
    server.on('upgrade', this.#upgrade);
    const unsubscribe = [
      options.desk.onEvents((tenant) => this.#happened(tenant)),
      options.desk.directory.onChange(() => this.directoryChanged()),
    ];
    this.#unsubscribe = () => unsubscribe.forEach((end) => end());
    this.#pulse = setInterval(() => void this.#beat(), limits.heartbeat);
  }

  verifySessionHeader(authorization: string | undefined, method: string, path: string): Promise<Seat> {
    return this.#header.verify(authorization, method, path);
  }

  authenticateSession(asked: SessionAsked): Promise<Seat> {
    return this.#header.authenticate(asked);
  }

  directoryChanged(): void {
    for (const link of this.#links) link.look();
  }

  counts(): { links: number; seated: number; waiting: number } {
    const all = [...this.#links];
    const seated = all.filter((link) => link.seatedNow).length;
    return { links: all.length, seated, waiting: Math.max(0, ...all.map((link) => link.waiting)) };
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#server.off('upgrade', this.#upgrade);
    this.#unsubscribe();
    clearInterval(this.#pulse);
    clearTimeout(this.#telling);
    for (const link of this.#links) link.end('going_away', 'the Signer stops');
    return new Promise((resolve) => {
      this.#sockets.close(() => resolve());
    });
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { log, limits } = this.#context;
    const onError = (error: Error) => log.info({ error: error.message }, 'an upgrade failed');
    socket.on('error', onError);
    const full = this.#closed || this.#links.size >= limits.links;
    const refused =
      judgeUpgrade(request) ?? (full ? { status: 503 as const, code: 'busy' as const } : undefined);
    if (refused) {
      log.warn({ code: refused.code, from: request.socket.remoteAddress }, 'a link was refused');
      return refuseUpgrade(socket, refused);
    }
    this.#makeRoom();
    const from = request.socket.remoteAddress ?? '';
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      socket.off('error', onError);
      this.#links.add(
        new Connection(ws, from, this.#context, {
          seated: this.#seated,
          closed: (link) => this.#links.delete(link),
        }),
      );
    });
  };

  /**
   * Where too many have not signed in, the oldest of the address that has most of them goes. Refusing the newcomer
   * instead would let anybody who opens sockets and says nothing keep every officer out, denials included.
   */
  #makeRoom(): void {
    const strangers = [...this.#links].filter((link) => !link.seatedNow);
    if (strangers.length < this.#context.limits.strangers) return;
    const crowds = new Map<string, number>();
    for (const { from } of strangers) crowds.set(from, (crowds.get(from) ?? 0) + 1);
    const most = Math.max(...crowds.values());
    strangers.find(({ from }) => crowds.get(from) === most)?.end('busy', 'too many that have not signed in');
  }

  /** A Console has one link: when it comes back before its old one was missed, the old one goes. */
  readonly #seated = (link: Connection): void => {
    for (const other of this.#links) {
      if (other !== link && other.session === link.session)
        other.end('going_away', 'replaced by a newer link');
    }
  };

  #happened(tenant: string): void {
    for (const link of this.#links) link.wake(tenant);
    this.#telling ??= setTimeout(() => void this.#tell(), CHECKPOINT_PAUSE);
  }

  async #tell(): Promise<void> {
    this.#telling = undefined;
    try {
      const text = await this.#context.desk.log.checkpoint();
      for (const link of this.#links) link.checkpoint(text);
    } catch (thrown) {
      this.#context.log.error({ error: String(thrown) }, 'no checkpoint to tell');
    }
  }

  async #beat(): Promise<void> {
    let tenants: readonly { tenant: string; seq: number }[] = [];
    try {
      tenants = await this.#context.desk.tenants();
    } catch (thrown) {
      this.#context.log.error({ error: String(thrown) }, 'no tenants to look at');
    }
    for (const link of this.#links) link.beat(tenants);
    await this.#tell();
  }
}

/**
 * Attaches the link to a server that is listening or will be (protocol.md 13): WebSocket under `LINK_PATH`. Everything
 * else that the server answers stays its owner's, upgrades to other paths excepted: those are refused.
 */
export function attachFeed(options: FeedOptions): Feed {
  return new Feeding(options);
}
