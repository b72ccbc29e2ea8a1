// DPoP nonces (RFC 9449, 8 and 9): made from the clock and a secret of this process, so that none is stored.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Every so many milliseconds a new nonce takes over. */
export const ROTATION = 30_000;
/** How long a nonce stays good, in milliseconds from its beginning. */
export const WINDOW = 300_000;

const SLOT_BYTES = 6;
const TAG_BYTES = 18;

/** The newest nonce, and whether one is still good. */
export interface Nonces {
  current(): string;
  /** When the nonce ends (Unix milliseconds), or undefined when it is not ours or over. */
  liveUntil(nonce: string): number | undefined;
}

/**
 * Nonces under `secret` (32 random bytes of this process): after a restart all earlier ones are dead, and with them
 * every proof whose `jti` the process no longer remembers. `now` is Unix milliseconds.
 */
export function makeNonces(secret: Uint8Array, now: () => number): Nonces {
  function make(slot: number): Buffer {
    const head = Buffer.alloc(SLOT_BYTES);
    head.writeUIntBE(slot, 0, SLOT_BYTES);
    const tag = createHmac('sha256', secret).update(head).digest().subarray(0, TAG_BYTES);
    return Buffer.concat([head, tag]);
  }
  const slotNow = (): number => Math.floor(now() / ROTATION);
  return {
    current: () => make(slotNow()).toString('base64url'),
    liveUntil(nonce) {
      const bytes = Buffer.from(nonce, 'base64url');
      if (bytes.length !== SLOT_BYTES + TAG_BYTES || bytes.toString('base64url') !== nonce) return undefined;
      const slot = bytes.readUIntBE(0, SLOT_BYTES);
      if (!timingSafeEqual(make(slot), bytes)) return undefined;
      const ends = slot * ROTATION + WINDOW;
      return slot <= slotNow() && now() < ends ? ends : undefined;
    },
  };
}
