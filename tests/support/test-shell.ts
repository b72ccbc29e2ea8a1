// A shell without windows: pages are lists of what was sent to them, calls go straight to the handlers, both through the schemas.
import {
  calls,
  events,
  type EventValue,
  type Handlers,
  type InputOf,
  type OutputOf,
} from '../../contract/ipc/calls.ts';
import type { CallOf, EventName, Frame } from '../../contract/ipc/names.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Port } from '../../contract/driver/port.ts';
import type { Page, PageOptions, Question, Shell } from '../../main/shell/shell.ts';

/** A page that a test looks into. */
export class TestPage implements Page {
  readonly frame: Frame;
  readonly options: PageOptions;
  readonly sent: { readonly name: EventName; readonly value: unknown }[] = [];
  readonly closed: Promise<void>;
  focused = 0;
  readonly #handlers: Handlers;
  #end: () => void = () => undefined;

  constructor(frame: Frame, handlers: Handlers, options: PageOptions) {
    this.frame = frame;
    this.options = options;
    this.#handlers = handlers;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  send(name: EventName, value: unknown): void {
    this.sent.push({ name, value: events[name].parse(structuredClone(value)) });
  }

  focus(): void {
    this.focused += 1;
  }

  close(): void {
    this.#end();
  }

  /** Calls as the page would: what goes in and what comes out meets the table. */
  async call<N extends CallOf<'app'>>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const handler = this.#handlers[name] as (given: unknown) => unknown;
    const given = calls[name].input.parse(structuredClone(input));
    return calls[name].output.parse(structuredClone(await handler(given))) as OutputOf<N>;
  }

  /** Every value that was sent under this name, oldest first. */
  all<N extends EventName>(name: N): EventValue<N>[] {
    return this.sent.filter((one) => one.name === name).map((one) => one.value as EventValue<N>);
  }

  last<N extends EventName>(name: N): EventValue<N> | undefined {
    return this.all(name).at(-1);
  }
}

const noPort = (): Port => {
  throw new DeviceFault('driver_missing', 'this shell starts no processes');
};

export class TestShell implements Shell {
  readonly name: Shell['name'];
  readonly pages: TestPage[] = [];
  readonly notified: { readonly title: string; readonly body: string; readonly click: () => void }[] = [];
  readonly copied: string[] = [];
  readonly asked: Question[] = [];
  answer = -1;
  saveTo: string | null = null;
  locale = 'en-GB';
  quits = 0;
  readonly system = { appearance: () => 'light' as const, locale: () => this.locale };
  readonly #opened = new Set<(argv: readonly string[]) => void>();
  readonly #quit: (() => Promise<void>)[] = [];

  constructor(name: Shell['name'] = 'electron') {
    this.name = name;
  }

  onSystemChange(): () => void {
    return () => undefined;
  }

  open<F extends Frame>(frame: F, handlers: Handlers<F>, options: PageOptions): Promise<Page> {
    const page = new TestPage(frame, handlers as unknown as Handlers, options);
    this.pages.push(page);
    return Promise.resolve(page);
  }

  driver(): Port {
    return noPort();
  }

  second(): Promise<Uint8Array> {
    return Promise.reject(new Error('this shell starts no processes'));
  }

  notify(title: string, body: string, click: () => void): void {
    this.notified.push({ title, body, click });
  }

  copy(text: string): void {
    this.copied.push(text);
  }

  askWhere(): Promise<string | null> {
    return Promise.resolve(this.saveTo);
  }

  ask(question: Question): Promise<number> {
    this.asked.push(question);
    return Promise.resolve(this.answer);
  }

  onOpened(listener: (argv: readonly string[]) => void): () => void {
    this.#opened.add(listener);
    return () => void this.#opened.delete(listener);
  }

  /** A second instance, or the system, brings these. */
  opened(argv: readonly string[]): void {
    for (const listener of this.#opened) listener(argv);
  }

  quit(): void {
    this.quits += 1;
  }

  onQuit(listener: () => Promise<void>): void {
    this.#quit.push(listener);
  }

  /** Ends as a shell does: whoever wanted to hear of it is waited for. */
  async end(): Promise<void> {
    for (const listener of this.#quit) await listener();
  }

  /** The one page of this kind. */
  page(frame: Frame = 'app'): TestPage {
    const found = this.pages.find((page) => page.frame === frame);
    if (!found) throw new Error(`no page ${frame}`);
    return found;
  }
}
