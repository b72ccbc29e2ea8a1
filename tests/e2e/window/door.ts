// The debugger's door of a Console that nobody here started: which windows it has, what they say, and closing them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { originOf } from '../../../contract/ipc/names.ts';

interface Target {
  readonly id: string;
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** Chromium writes its port into the app's folder, when it was started with one: a Console passes that on to the next. */
export class Door {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'DevToolsActivePort');
  }

  async #ask(path: string): Promise<string> {
    const [port] = readFileSync(this.#file, 'utf8').split('\n');
    return (await fetch(`http://127.0.0.1:${port}/json/${path}`)).text();
  }

  async #window(): Promise<Target | undefined> {
    const targets = JSON.parse(await this.#ask('list')) as Target[];
    return targets.find(({ type, url }) => type === 'page' && url === `${originOf('app')}/`);
  }

  /** Whether that Console is there. */
  answers(): Promise<boolean> {
    return this.#ask('version').then(
      () => true,
      () => false,
    );
  }

  /** Closes its window. */
  async close(): Promise<void> {
    const window = await this.#window();
    if (!window) throw new Error('it has no window');
    await this.#ask(`close/${window.id}`);
  }

  /** What its window says, within the debugger's answer; nothing while there is none. */
  async text(): Promise<string> {
    const window = existsSync(this.#file) ? await this.#window() : undefined;
    if (!window) return '';
    const socket = new WebSocket(window.webSocketDebuggerUrl);
    const question = { id: 1, method: 'Runtime.evaluate', params: { expression: 'document.body.innerText' } };
    return new Promise<string>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error('the debugger does not answer')));
      socket.addEventListener('open', () => socket.send(JSON.stringify(question)));
      socket.addEventListener('message', ({ data }) => resolve(String(data)));
    }).finally(() => socket.close());
  }
}
