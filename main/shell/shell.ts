// What the Console needs of whatever it runs in: pages, child processes, and the desktop's own means. Two shells exist.
import type { Handlers } from '../../contract/ipc/calls.ts';
import type { EventName, Frame } from '../../contract/ipc/names.ts';
import type { Port } from '../../contract/driver/port.ts';

/** A page that is open. It is shown when it has drawn; closing it twice does nothing. */
export interface Page {
  readonly frame: Frame;
  /** Sends an event to this page alone. The shell parses it against the table first; a page that is gone misses it. */
  send(name: EventName, value: unknown): void;
  focus(): void;
  close(): void;
  /** Resolves when the page is gone, however it went. */
  readonly closed: Promise<void>;
}

/**
 * `title` is what the system's window list shows. `size` in CSS pixels. `parent`: stays above that page.
 * `beside`: laid next to the open page of that kind, where it hides neither that page nor another one of its own kind.
 */
export interface PageOptions {
  readonly title: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly resizable: boolean;
  readonly parent?: Page;
  readonly beside?: Frame;
  /** Nothing of it may appear in a capture of the screen, as far as the system can. */
  readonly protected?: boolean;
  /** The colour of the empty window until the page has drawn, as `#rrggbb`. */
  readonly background?: string;
}

/** A file that a person was asked about. */
export interface SaveOptions {
  readonly title: string;
  readonly name: string;
}

/** A native question of main's own; resolves with the index of the button, or -1 when it was closed. */
export interface Question {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

export type Appearance = 'light' | 'dark' | 'contrast';

export interface Shell {
  readonly name: 'electron' | 'chromium';
  /** What the desktop prefers, for settings that say `system`. */
  readonly system: { readonly appearance: () => Appearance; readonly locale: () => string };
  onSystemChange(listener: () => void): () => void;
  /**
   * Opens a page of this kind; its calls are answered by these handlers, checked by sender and schema, and by no others.
   * Resolves when it is loaded. Rejects, and leaves no window, when it cannot be: LackFault `file_missing` when not built.
   */
  open<F extends Frame>(frame: F, handlers: Handlers<F>, options: PageOptions): Promise<Page>;
  /** Starts a process of ours that speaks over a port: a driver (contract/driver). `env` is its whole environment. */
  driver(env: Readonly<Record<string, string>>): Port;
  /** Runs the second decoder in a process of its own: bytes in, bytes out. Rejects when it ends otherwise or takes too long. */
  second(args: readonly string[], input: Uint8Array): Promise<Uint8Array>;
  /** Where the desktop can: a notification without content; a click brings the app to the front and calls back. */
  notify(title: string, body: string, clicked: () => void): void;
  copy(text: string): void;
  /** Asks where to, and returns the path, or null when the person thought better of it. */
  askWhere(options: SaveOptions): Promise<string | null>;
  ask(question: Question): Promise<number>;
  /** Deep links and arguments of a second instance, as they came: untrusted. */
  onOpened(listener: (argv: readonly string[]) => void): () => void;
  /** Ends the app, after `onQuit` listeners have ended what they started. */
  quit(): void;
  onQuit(listener: () => Promise<void>): void;
}
