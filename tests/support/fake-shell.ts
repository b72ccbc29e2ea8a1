// A shell without a desktop: pages are records, and what crosses is parsed by the table as the real ones do.
import { calls, events, type Handlers } from '../../contract/ipc/calls.ts';
import type { CallName, CallOf, EventName, Frame } from '../../contract/ipc/names.ts';
import type { InputOf, OutputOf } from '../../contract/ipc/calls.ts';
import type { Page, PageOptions, Shell } from '../../main/shell/shell.ts';

export class FakePage implements Page {
  readonly frame: Frame;
  readonly options: PageOptions;
  readonly sent: { readonly name: EventName; readonly value: unknown }[] = [];
  readonly closed: Promise<void>;
  focused = 0;
  isClosed = false;
  readonly #handlers: Readonly<Record<string, (input: unknown) => unknown>>;
  #end: () => void = () => undefined;

  constructor(frame: Frame, handlers: object, options: PageOptions) {
    this.frame = frame;
    this.options = options;
    this.#handlers = handlers as Readonly<Record<string, (input: unknown) => unknown>>;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  send(name: EventName, value: unknown): void {
    if (!this.isClosed) this.sent.push({ name, value: events[name].parse(structuredClone(value)) });
  }

  focus(): void {
    this.focused += 1;
  }

  close(): void {
    this.isClosed = true;
    this.#end();
  }

  /** Calls as the page's script would: by the table, in and out. */
  async call<N extends CallName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const handler = this.#handlers[name];
    if (!handler) throw new Error(`${name} is not this page's`);
    return calls[name].output.parse(await handler(calls[name].input.parse(input))) as OutputOf<N>;
  }
}

/** Its pages in the order in which they were opened. */
export class FakeShell implements Pick<Shell, 'open'> {
  readonly pages: FakePage[] = [];
  /** Throw here to fail the opening. */
  before: () => void = () => undefined;

  async open<F extends Frame>(frame: F, handlers: Handlers<F>, options: PageOptions): Promise<Page> {
    this.before();
    const page = new FakePage(frame, handlers, options);
    this.pages.push(page);
    return page;
  }

  /** The newest page of this kind that is open. */
  page(frame: Frame): FakePage {
    const page = this.pages.findLast((one) => one.frame === frame && !one.isClosed);
    if (!page) throw new Error(`no ${frame} page is open`);
    return page;
  }
}

export type { CallOf };
