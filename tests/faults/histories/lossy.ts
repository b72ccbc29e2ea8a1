// A lossy wire between Console and Signer: a proxy that loses, doubles, swaps, delays and cuts messages by a script.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { LINK_PATH, SUBPROTOCOL } from '../../../contract/wire/link.ts';

/** What happens to one message. `swap`: the next one overtakes it. `cut`: both sockets die with it unsent. */
export type Mishap = 'pass' | 'drop' | 'double' | 'swap' | 'delay' | 'cut';

const DELAY = 3;

/** Carries one direction; mishaps are used up in order, and once they are, everything passes. */
class Lane {
  readonly #script: (message: string) => Mishap;
  readonly #to: WebSocket;
  readonly #cut: () => void;
  #held: string | undefined;
  #free = 0;

  constructor(script: (message: string) => Mishap, to: WebSocket, cut: () => void) {
    this.#script = script;
    this.#to = to;
    this.#cut = cut;
  }

  carry(message: string): void {
    const mishap = this.#script(message);
    if (mishap === 'drop') return;
    if (mishap === 'cut') return this.#cut();
    if (mishap === 'swap' && this.#held === undefined) {
      this.#held = message;
      return;
    }
    const overtaken = this.#held;
    this.#held = undefined;
    const delay = mishap === 'delay' ? DELAY : 0;
    for (const one of [
      message,
      ...(mishap === 'double' ? [message] : []),
      ...(overtaken === undefined ? [] : [overtaken]),
    ]) {
      this.#deliver(one, delay);
    }
  }

  /** A delay holds up what comes behind it too, as TCP would. */
  #deliver(message: string, delay: number): void {
    const at = Math.max(performance.now() + delay, this.#free);
    this.#free = at;
    const wait = at - performance.now();
    const send = () => {
      if (this.#to.readyState === WebSocket.OPEN) this.#to.send(message);
    };
    if (wait <= 0) send();
    else setTimeout(send, wait);
  }
}

export type Whose = 'any' | 'events';

const tells = (message: string) =>
  message.startsWith('{"type":"event"') || message.startsWith('{"type":"snapshot"');

export interface Lossy {
  readonly url: string;
  /** Where new connections lead. */
  target: string;
  /** Adds mishaps for the messages to come: `any` of both directions, or those only that tell of events. */
  script(whose: Whose, mishaps: readonly Mishap[]): void;
  /** From now on everything passes. */
  calm(): void;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a proxy; HTTP other than the link is not carried. */
export async function startLossy(target: string): Promise<Lossy> {
  const server: Server = createServer();
  const sockets = new WebSocketServer({
    server,
    path: LINK_PATH,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  const cuts = new Set<() => void>();
  let mishaps: Record<Whose, Mishap[]> = { any: [], events: [] };
  const state = { target };
  sockets.on('connection', (down) => {
    const up = new WebSocket(state.target.replace('http', 'ws') + LINK_PATH, SUBPROTOCOL, {
      perMessageDeflate: false,
    });
    const cut = () => {
      cuts.delete(cut);
      up.terminate();
      down.terminate();
    };
    cuts.add(cut);
    const script = (message: string) =>
      (tells(message) ? mishaps.events.shift() : undefined) ?? mishaps.any.shift() ?? 'pass';
    const toSigner = new Lane(script, up, cut);
    const toConsole = new Lane(script, down, cut);
    const early: string[] = [];
    down.on('message', (data: Buffer) => {
      if (up.readyState === WebSocket.OPEN) toSigner.carry(data.toString('utf8'));
      else early.push(data.toString('utf8'));
    });
    up.on('open', () => {
      for (const one of early) toSigner.carry(one);
    });
    up.on('message', (data: Buffer) => toConsole.carry(data.toString('utf8')));
    const pass = (from: WebSocket, to: WebSocket) =>
      from.on('close', (code, reason) => {
        cuts.delete(cut);
        if (to.readyState === WebSocket.OPEN && code >= 3000) to.close(code, reason);
        else to.terminate();
      });
    pass(up, down);
    pass(down, up);
    up.on('error', cut);
    down.on('error', cut);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get target() {
      return state.target;
    },
    set target(url: string) {
      state.target = url;
    },
    script: (whose, more) => void mishaps[whose].push(...more),
    calm: () => void (mishaps = { any: [], events: [] }),
    cut: () => {
      for (const one of cuts) one();
    },
    close: async () => {
      for (const one of cuts) one();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
