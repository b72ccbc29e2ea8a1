// Stands in for the main process of one page: answers its calls and sends its events, held to the contract's schemas.
import type { Page } from 'playwright-core';
import type { Reply } from '../../contract/ipc/call.ts';
import { calls, events, type EventValue, type GivenTo, type OutputOf } from '../../contract/ipc/calls.ts';
import { callNames, type CallOf, type EventOf, type Frame } from '../../contract/ipc/names.ts';

/** What main refuses with; thrown by a handler. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message = '') {
    super(message);
    this.code = code;
  }
}

export type Answers<F extends Frame> = {
  [N in CallOf<F>]?: (input: GivenTo<N>) => OutputOf<N> | Promise<OutputOf<N>>;
};

/** One call that the page made. */
export interface Made {
  readonly name: string;
  readonly input: unknown;
}

/** Bytes that were listed for the way here, as bytes again. */
function withBytes(input: unknown): unknown {
  const { bytes } = input as { readonly bytes?: { readonly listed: readonly number[] } };
  return bytes === undefined ? input : { ...(input as object), bytes: Uint8Array.from(bytes.listed) };
}

/** Puts `window.signerConsole` into the page before its scripts run. Inputs and outputs are parsed as main parses them. */
export class FakeMain<F extends Frame> {
  readonly made: Made[] = [];
  readonly answers: Answers<F>;
  readonly #frame: F;
  readonly #page: Page;

  constructor(page: Page, frame: F, answers: Answers<F>) {
    this.#page = page;
    this.#frame = frame;
    this.answers = answers;
  }

  async install(): Promise<void> {
    await this.#page.exposeFunction('__call', (name: string, input: unknown) => this.#answer(name, input));
    await this.#page.addInitScript({
      content: `{
        const listeners = new Map();
        const call = window.__call;
        const api = {
          on(name, listener) {
            const all = listeners.get(name) ?? new Set();
            listeners.set(name, all.add(listener));
            return () => all.delete(listener);
          },
        };
        // Calls cross to the test as JSON: bytes go as a list of numbers, under a name that no input has.
        const plain = (input) =>
          input.bytes instanceof Uint8Array ? { ...input, bytes: { listed: Array.from(input.bytes) } } : input;
        for (const name of ${JSON.stringify(callNames[this.#frame])}) api[name] = (input) => call(name, plain(input));
        window.signerConsole = Object.freeze(api);
        window.__send = (name, value) => { for (const listener of listeners.get(name) ?? []) listener(value); };
      }`,
    });
  }

  /** Sends an event, checked against its schema. */
  async send<N extends EventOf<F>>(name: N, value: EventValue<N>): Promise<void> {
    const parsed: unknown = events[name].parse(value);
    await this.#page.evaluate(`window.__send(${JSON.stringify(name)}, ${JSON.stringify(parsed)})`);
  }

  /** The inputs of all calls of this name so far. */
  inputs(name: CallOf<F>): unknown[] {
    return this.made.filter((made) => made.name === name).map(({ input }) => input);
  }

  async #answer(name: string, input: unknown): Promise<Reply<unknown>> {
    const row = calls[name as CallOf<F>];
    const given = row.input.parse(withBytes(input));
    this.made.push({ name, input: given });
    const handler = this.answers[name as CallOf<F>] as ((input: unknown) => unknown) | undefined;
    try {
      if (!handler) throw new Refused('internal', `${name} has no answer in this test`);
      return { ok: true, value: row.output.parse(await handler(given)) };
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      return { ok: false, error: { code: thrown.code, message: thrown.message, trace: 'T-0193A7' } };
    }
  }
}
