// The only door of this document to main: the act as it stands, and what the person does about it.
import type { Act } from '../../contract/ipc/act.ts';
import type { PageApi } from '../../contract/ipc/api.ts';
import type { Failure, Reply } from '../../contract/ipc/call.ts';
import type { InputOf } from '../../contract/ipc/calls.ts';

export type AuthorizeApi = PageApi<'authorize'>;

export class Asking {
  readonly #api: AuthorizeApi;
  #newest: Act | null = null;
  #told: (act: Act) => void = () => undefined;

  constructor(api: AuthorizeApi) {
    this.#api = api;
  }

  /** Listens first, then asks, so that nothing falls between; what is not newer is dropped. Returns what ends the listening. */
  follow(told: (act: Act) => void, failed: (failure: Failure) => void): () => void {
    this.#told = told;
    const end = this.#api.on('act/changed', (act) => this.#take(act));
    const read = this.#api['act/read'];
    void read({}).then((reply) => (reply.ok ? this.#take(reply.value) : failed(reply.error)));
    return end;
  }

  /** The act as it was told last, whether or not anybody draws it; null before the first. */
  get newest(): Act | null {
    return this.#newest;
  }

  begin(input: Omit<InputOf<'act/begin'>, 'act'>): Promise<Failure | null> {
    return this.#ask((act) => this.#api['act/begin']({ act, ...input }));
  }

  /** Sends the bytes once, and zeroes them here. */
  async pin(bytes: Uint8Array): Promise<Failure | null> {
    try {
      return await this.#ask((act) => this.#api['act/pin']({ act, bytes }));
    } finally {
      bytes.fill(0);
    }
  }

  cancel(): Promise<Failure | null> {
    return this.#ask((act) => this.#api['act/cancel']({ act }));
  }

  close(): Promise<Failure | null> {
    return this.#ask((act) => this.#api['act/close']({ act }));
  }

  async #ask(call: (act: string) => Promise<Reply<unknown>>): Promise<Failure | null> {
    const reply = await call(this.#newest?.act ?? '');
    return reply.ok ? null : reply.error;
  }

  #take(act: Act): void {
    if (this.#newest && act.revision <= this.#newest.revision) return;
    this.#newest = act;
    this.#told(act);
  }
}
