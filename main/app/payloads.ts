// Payloads by digest: each fetched once while it is needed, verified, and kept as long as there is room.
import { Refusal } from '../../core/fault/fault.ts';
import { digestBytes } from '../../core/json/digest.ts';
import type { Crypto } from '../../core/key/crypto.ts';

/** Fetches from the Signer; what comes is not believed. Rejects with WireFault or Refusal. */
export type FetchPayload = (requestId: string, digest: string) => Promise<Uint8Array>;

/** How many bytes are kept unless said otherwise. */
const ROOM = 64 * 1024 * 1024;

export class Payloads {
  readonly #crypto: Crypto;
  readonly #fetch: FetchPayload;
  readonly #room: number;
  readonly #kept = new Map<string, Uint8Array>();
  readonly #coming = new Map<string, Promise<Uint8Array>>();
  #bytes = 0;

  constructor(crypto: Crypto, fetch: FetchPayload, room = ROOM) {
    this.#crypto = crypto;
    this.#fetch = fetch;
    this.#room = room;
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The payload with this digest. Refusal `payload_mismatch` when other bytes come; else as `fetch` rejects. */
  get(requestId: string, digest: string): Promise<Uint8Array> {
    const kept = this.#kept.get(digest);
    if (kept) {
      this.#kept.delete(digest);
      this.#kept.set(digest, kept);
      return Promise.resolve(kept);
    }
    const coming = this.#coming.get(digest);
    if (coming) return coming;
    const begun = this.#begin(requestId, digest).finally(() => this.#coming.delete(digest));
    this.#coming.set(digest, begun);
    return begun;
  }

  async #begin(requestId: string, digest: string): Promise<Uint8Array> {
    const bytes = await this.#fetch(requestId, digest);
    if (digestBytes(this.#crypto, bytes) !== digest) throw new Refusal('payload_mismatch', requestId);
    this.#keep(digest, bytes);
    return bytes;
  }

  /** What was asked for longest ago makes room. */
  #keep(digest: string, bytes: Uint8Array): void {
    if (bytes.length > this.#room) return;
    this.#kept.set(digest, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.#room) return;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }
}
