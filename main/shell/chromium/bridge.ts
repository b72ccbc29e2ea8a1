// Carries one page's calls and events over the pipe: Chromium itself says which document, frame and world called.
import { randomBytes } from 'node:crypto';
import type { CDPSession } from 'playwright-core';
import { chromiumOrigin } from '../../../contract/ipc/chromium-origin.ts';
import { originOf, type Frame } from '../../../contract/ipc/names.ts';
import type { Answer, Sender } from '../../../contract/ipc/sender.ts';
import { fromText, toText } from '../../../contract/ipc/text.ts';
import type { Appearance } from '../shell.ts';

/** The two built scripts that go into every document of the page. */
export interface Scripts {
  readonly page: string;
  readonly world: string;
}

/** `log` is told what came from where nothing of ours calls. */
export interface BridgeDeps {
  readonly scripts: Scripts;
  readonly answer: Answer;
  readonly system: (appearance: Appearance) => void;
  readonly log: (line: string) => void;
}

/** A place where script runs: its document's origin, its frame, and the name of its world (empty: the page's own). */
interface World {
  readonly id: number;
  readonly origin: string;
  readonly frameId: string;
  readonly name: string;
}

interface Asked {
  readonly id: number;
  readonly name: unknown;
  readonly input: unknown;
}

/** More than any call of the table can be. */
const LONGEST = 4 * 1024 * 1024;
const appearances: readonly Appearance[] = ['light', 'dark', 'contrast'];

function asked(text: string): Asked {
  const value = fromText(text);
  if (typeof value !== 'object' || value === null || !('id' in value)) throw new TypeError('no call');
  if (typeof value.id !== 'number') throw new TypeError('a call without its number');
  const { name, input } = value as { readonly name?: unknown; readonly input?: unknown };
  return { id: value.id, name, input };
}

export class Bridge {
  readonly #frame: Frame;
  readonly #cdp: CDPSession;
  readonly #deps: BridgeDeps;
  readonly #mainFrameId: string;
  /** The name of the world, of its binding, and of the events in the document: new for each page. */
  readonly #channel = `c${randomBytes(16).toString('hex')}`;
  readonly #worlds = new Map<number, World>();

  private constructor(frame: Frame, cdp: CDPSession, mainFrameId: string, deps: BridgeDeps) {
    this.#frame = frame;
    this.#cdp = cdp;
    this.#mainFrameId = mainFrameId;
    this.#deps = deps;
  }

  /** Before the page's own document is loaded. */
  static async into(frame: Frame, cdp: CDPSession, deps: BridgeDeps): Promise<Bridge> {
    await cdp.send('Page.enable');
    const { frameTree } = await cdp.send('Page.getFrameTree');
    const bridge = new Bridge(frame, cdp, frameTree.frame.id, deps);
    await bridge.#begin();
    return bridge;
  }

  async #begin(): Promise<void> {
    const cdp = this.#cdp;
    const { page, world } = this.#deps.scripts;
    const within = (script: string) => `((CHANNEL) => {\n${script}\n})(${JSON.stringify(this.#channel)});`;
    cdp.on('Runtime.executionContextCreated', ({ context: { id, origin, name, auxData } }) => {
      const { frameId } = (auxData ?? {}) as { readonly frameId?: string };
      this.#worlds.set(id, { id, origin, name, frameId: frameId ?? '' });
    });
    cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      this.#worlds.delete(executionContextId);
    });
    cdp.on('Runtime.executionContextsCleared', () => this.#worlds.clear());
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === this.#channel) this.#hear(executionContextId, payload);
    });
    await cdp.send('Runtime.enable');
    await cdp.send('Runtime.addBinding', { name: this.#channel, executionContextName: this.#channel });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
      source: within(world),
      worldName: this.#channel,
    });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: within(page) });
  }

  /** Sends an event. A page that is gone, or loads just now, misses it. */
  send(name: string, value: unknown): void {
    const world = this.#own();
    if (world) this.#tell(world, toText({ event: name, value }));
  }

  /** Puts a text on the clipboard, as if the person had done so in this page. Rejects when the page may not. */
  async copy(text: string): Promise<void> {
    const world = this.#own();
    if (!world) return;
    const { exceptionDetails } = await this.#cdp.send('Runtime.callFunctionOn', {
      functionDeclaration: 'function (text) { return navigator.clipboard.writeText(text); }',
      executionContextId: world.id,
      arguments: [{ value: text }],
      awaitPromise: true,
      userGesture: true,
    });
    if (exceptionDetails)
      throw new Error(`clipboard: ${exceptionDetails.exception?.description ?? 'refused'}`);
  }

  /** The bridge's world in the page's own document. */
  #own(): World | undefined {
    return [...this.#worlds.values()].find(
      ({ name, frameId, origin }) =>
        name === this.#channel && frameId === this.#mainFrameId && origin === chromiumOrigin(this.#frame),
    );
  }

  /** `call` and what the page asked, or `system` and what the desktop prefers. */
  #hear(contextId: number, payload: string): void {
    const world = this.#worlds.get(contextId);
    if (world?.name !== this.#channel) {
      this.#deps.log(`page ${this.#frame}: something called from outside the bridge`);
      return;
    }
    const appearance = appearances.find((one) => payload === `system ${one}`);
    if (appearance) this.#deps.system(appearance);
    else if (payload.startsWith('call ') && payload.length <= LONGEST) void this.#answer(world, payload);
    else this.#deps.log(`page ${this.#frame}: a message that is no call, ${payload.length} characters`);
  }

  async #answer(world: World, payload: string): Promise<void> {
    try {
      const { id, name, input } = asked(payload.slice('call '.length));
      const reply = await this.#deps.answer(this.#sender(world), name, input);
      this.#tell(world, toText({ id, reply }));
    } catch (cause) {
      this.#deps.log(`page ${this.#frame}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }

  /** Chromium tells the origin of the document; only our own host, to the letter, counts as this page's origin. */
  #sender({ origin, frameId }: World): Sender {
    const isOwn = origin === chromiumOrigin(this.#frame);
    return {
      frame: this.#frame,
      origin: isOwn ? originOf(this.#frame) : origin,
      mainFrame: frameId === this.#mainFrameId,
    };
  }

  /** Into the world's own function, which nothing but this reaches. */
  #tell(world: World, text: string): void {
    this.#cdp
      .send('Runtime.callFunctionOn', {
        functionDeclaration: `function (text) { globalThis[${JSON.stringify(this.#channel)}]?.(text); }`,
        executionContextId: world.id,
        arguments: [{ value: text }],
      })
      .catch(() => undefined); // the document went away meanwhile
  }
}
