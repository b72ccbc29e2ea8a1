// One link from the Signer's side: greeting, checking, seated, closed; and nothing is accepted out of its state.
import type { RawData, WebSocket } from 'ws';
import {
  closeCodes,
  FromConsole,
  LARGEST_MESSAGE,
  LINK_VERSION,
  type CloseReason,
} from '../../contract/wire/link.ts';
import { toBase64Url } from '../../core/bytes/base64.ts';
import { CallerFault, isFault, WireFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { answer, refused } from './answers.ts';
import type { FeedContext } from './options.ts';
import { outgoing, type Outgoing } from './outgoing.ts';
import { again, signIn, useSession, type Seated } from './sessions.ts';
import { Notices } from './notices.ts';
import { Stream } from './stream.ts';

const SILENT_BEATS = 3;
const CLOSING_TIME = 2_000;
const GOING_AWAY = 1001;

type Opening = Extract<FromConsole, { type: 'sign-in' | 'resume' }>;
type Wanted = Exclude<FromConsole, { type: 'ping' | 'pong' }>;

/** Who hears of a connection's life. */
export interface ConnectionEvents {
  seated(connection: Connection): void;
  closed(connection: Connection): void;
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function reasonOf(thrown: unknown): CloseReason {
  return isFault(thrown) && thrown.code in closeCodes ? (thrown.code as CloseReason) : 'internal';
}

export class Connection {
  readonly from: string;
  readonly #ws: WebSocket;
  readonly #context: FeedContext;
  readonly #events: ConnectionEvents;
  readonly #out: Outgoing;
  readonly #nonce: string;
  readonly #stream: Stream;
  readonly #notices: Notices;
  readonly #patience: NodeJS.Timeout;
  #state: 'greeting' | 'checking' | 'seated' | 'closed' = 'greeting';
  #seated: Seated | undefined;
  #directory = '';
  #welcomed = '';
  #inbox: Wanted[] = [];
  #busy = false;
  #silent = 0;
  #stuck = 0;
  #stuckAt = 0;
  #checkpoint = '';

  /** `from` is the address that it came from. */
  constructor(ws: WebSocket, from: string, context: FeedContext, events: ConnectionEvents) {
    this.#ws = ws;
    this.from = from;
    this.#context = context;
    this.#events = events;
    this.#out = outgoing(ws, context.limits.waiting);
    this.#nonce = toBase64Url(context.random(32));
    const { desk, log, limits } = context;
    const failed = (thrown: unknown) => this.#fail(thrown);
    this.#stream = new Stream({
      desk,
      out: this.#out,
      log,
      page: limits.page,
      guard: () => this.#guard(),
      failed,
    });
    const guard = () => this.#guard();
    this.#notices = new Notices({ desk, out: this.#out, log, trust: context.trust, guard, failed });
    this.#patience = setTimeout(() => this.end('timed_out', 'no sign-in'), limits.signIn);
    ws.on('message', (data, binary) => this.#message(data, binary));
    ws.on('error', (error) => this.#ended('the socket failed', error.message));
    ws.on('close', (code) => this.#ended('the link closed', String(code)));
    this.#hello().catch(failed);
  }

  get session(): string | undefined {
    return this.#seated?.seat.session;
  }

  get seatedNow(): boolean {
    return this.#state === 'seated';
  }

  /** Bytes that wait here for a slow Console. */
  get waiting(): number {
    return this.#out.waiting;
  }

  /** There may be events in this tenant. */
  wake(tenant: string): void {
    if (this.#state === 'seated') this.#stream.wake(tenant);
  }

  /** The directory, or a proposal for it, may have changed. */
  look(): void {
    if (this.recheck()) this.#notices.look();
  }

  /** Tells a seated Console of a new checkpoint, once. */
  checkpoint(text: string): void {
    if (this.#state !== 'seated' || text === this.#checkpoint) return;
    if (this.#out.beat({ type: 'checkpoint', checkpoint: text })) this.#checkpoint = text;
  }

  /** One heartbeat: ends what is silent, stuck or no longer entitled to its seat, and looks for events. */
  beat(tenants: readonly { readonly tenant: string; readonly seq: number }[]): void {
    if (this.#state !== 'seated') return;
    this.#silent += 1;
    const moved = this.#out.waiting === 0 || this.#out.waiting !== this.#stuckAt;
    this.#stuck = moved ? 0 : this.#stuck + 1;
    this.#stuckAt = this.#out.waiting;
    if (this.#silent > SILENT_BEATS || this.#stuck > SILENT_BEATS) return this.end('timed_out', 'silent');
    if (!this.recheck()) return;
    this.#out.beat({ type: 'ping', at: this.#context.now().getTime() });
    this.#stream.sweep(tenants);
    this.#notices.look();
  }

  /** False, and the link ended, when the session is no longer good. */
  recheck(): boolean {
    if (this.#state !== 'seated') return false;
    try {
      this.#guard();
      return true;
    } catch (thrown) {
      this.#fail(thrown);
      return false;
    }
  }

  /** Closes with a stable code; a peer that does not close in turn is cut off. */
  end(reason: CloseReason | 'going_away', detail: string): void {
    if (this.#state === 'closed') return;
    const facts = { reason, detail, officer: this.#seated?.seat.officer };
    this.#context.log.info(facts, 'the Signer closes a link');
    this.#state = 'closed';
    clearTimeout(this.#patience);
    this.#inbox = [];
    if (this.#ws.isPaused) this.#ws.resume(); // a paused socket would never see the peer's close
    this.#ws.close(reason === 'going_away' ? GOING_AWAY : closeCodes[reason], reason);
    const cut = setTimeout(() => this.#ws.terminate(), CLOSING_TIME);
    this.#ws.once('close', () => clearTimeout(cut));
    this.#events.closed(this);
  }

  #ended(what: string, detail: string): void {
    if (this.#state === 'closed') return;
    this.#context.log.info({ detail, officer: this.#seated?.seat.officer }, what);
    this.#state = 'closed';
    clearTimeout(this.#patience);
    this.#inbox = [];
    this.#events.closed(this);
  }

  #fail(thrown: unknown): void {
    if (this.#state === 'closed') return;
    if (isFault(thrown) && thrown.code === 'unreachable') {
      this.#ws.terminate();
      return this.#ended('the link broke', thrown.message);
    }
    if (isFault(thrown)) return this.end(reasonOf(thrown), thrown.message);
    this.#context.log.error(
      { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) },
      'a link failed',
    );
    this.end('internal', '');
  }

  async #hello(): Promise<void> {
    const { signer, latestDigest } = this.#context.trust();
    await this.#out.send({
      type: 'hello',
      nonce: this.#nonce,
      versions: [LINK_VERSION],
      signer,
      directory: latestDigest,
    });
  }

  #guard(): void {
    if (!this.#seated) throw new CallerFault('session_invalid', 'not signed in');
    const { latestDigest } = this.#context.trust();
    if (latestDigest !== this.#directory) {
      again(this.#context, this.#seated.sealed);
      this.#directory = latestDigest;
    }
    const left = Date.parse(this.#seated.sealed.session.expires) - this.#context.now().getTime();
    if (!(left > 0)) throw new CallerFault('session_invalid', 'expired');
  }

  #message(data: RawData, binary: boolean): void {
    if (this.#state === 'closed') return;
    this.#silent = 0;
    try {
      const message = this.#parse(data, binary);
      if (this.#state !== 'seated') return this.#open(message);
      if (message.type === 'ping') return void this.#out.beat({ type: 'pong', at: message.at });
      if (message.type !== 'pong') this.#queue(message);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #parse(data: RawData, binary: boolean): FromConsole {
    if (binary) throw new WireFault('message_invalid', 'binary');
    try {
      return parseAs(FromConsole, parseStrict(bytesOf(data), { maxBytes: LARGEST_MESSAGE }));
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      throw new WireFault('message_invalid', thrown.message, thrown);
    }
  }

  /** The nonce is used by the first message, whatever comes of it: a second try needs a new connection. */
  #open(message: FromConsole): void {
    const opening = message.type === 'sign-in' || message.type === 'resume';
    if (this.#state !== 'greeting' || !opening)
      throw new WireFault('message_invalid', `${message.type} before sign-in`);
    this.#state = 'checking';
    this.#seat(message).catch((thrown: unknown) => this.#turnAway(message.ref, thrown));
  }

  async #seat(message: Opening): Promise<void> {
    const context = this.#context;
    const nonce = this.#nonce;
    this.#directory = context.trust().latestDigest;
    const seated =
      message.type === 'sign-in'
        ? await signIn(context, nonce, message.sealed)
        : await useSession(context, { session: message.session, use: 'resume', nonce }, message.signature);
    const { journalHead } = await context.desk.seated(seated.seat);
    const checkpoint = await context.desk.log.checkpoint();
    if (this.#state !== 'checking') return;
    this.#seated = seated;
    this.#guard(); // the directory may have changed while the desk was asked
    this.#state = 'seated';
    clearTimeout(this.#patience);
    this.#checkpoint = checkpoint;
    this.#events.seated(this);
    const { officer, machine, session } = seated.seat;
    context.log.info({ officer, machine, session, by: message.type }, 'an officer is seated');
    const { expires } = seated.sealed.session;
    const directory = this.#directory;
    await this.#out.send({
      type: 'welcome',
      ref: message.ref,
      session,
      expires,
      journalHead,
      directory,
      checkpoint,
    });
    this.#welcomed = directory;
  }

  async #turnAway(ref: number, thrown: unknown): Promise<void> {
    if (this.#state === 'closed') return;
    const { log } = this.#context;
    const ours = isFault(thrown);
    try {
      await this.#out.send(refused(log, ref, thrown));
    } catch (lost) {
      log.info({ error: String(lost) }, 'a refusal found nobody');
    }
    this.end(ours ? 'sign_in_refused' : 'internal', ours ? thrown.message : '');
  }

  #queue(message: Wanted): void {
    this.#inbox.push(message);
    if (this.#inbox.length >= this.#context.limits.unanswered) this.#ws.pause();
    if (this.#busy) return;
    this.#busy = true;
    this.#work().catch((thrown: unknown) => this.#fail(thrown));
  }

  /** One message after another, each answered before the next is looked at; a Console that does not read is not read. */
  async #work(): Promise<void> {
    for (let message = this.#inbox.shift(); message; message = this.#inbox.shift()) {
      this.#guard();
      await this.#answer(message);
      if (this.#ws.isPaused && this.#inbox.length * 2 < this.#context.limits.unanswered) this.#ws.resume();
    }
    this.#busy = false;
  }

  async #answer(message: Wanted): Promise<void> {
    const { desk, log } = this.#context;
    if (message.type === 'sign-in' || message.type === 'resume') {
      throw new WireFault('message_invalid', `${message.type} after sign-in`);
    }
    if (!this.#seated) throw new CallerFault('session_invalid', 'not signed in');
    if (message.type === 'subscribe') {
      await this.#out.send({ type: 'accepted', ref: message.ref });
      this.#notices.begin(this.#welcomed);
      return this.#stream.subscribe(message.cursors);
    }
    await this.#out.send(await answer(desk, log, this.#seated.seat, message));
  }
}
