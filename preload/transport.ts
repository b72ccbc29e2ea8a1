// What carries calls and events between a page and the main process; each shell brings its own.

/** `invoke` resolves with main's reply and never rejects by itself; `on` returns the unsubscribe. */
export interface Transport {
  invoke(name: string, input: unknown): Promise<unknown>;
  on(name: string, listener: (value: unknown) => void): () => void;
}
