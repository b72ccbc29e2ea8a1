// Which DPoP proofs were used (RFC 9449, 11.1): each once, remembered as long as its nonce would still be good.

/** Remembers proofs. */
export interface Replays {
  /** Takes the proof named `id` until `until` (Unix milliseconds). `again` when it was taken before. */
  take(id: string, until: number): 'first' | 'again' | 'full';
}

const SWEEP = 1000;

/**
 * A memory of at most `most` proofs. When it is full of live ones it takes no more: forgetting one early would let it be
 * used twice. `now` is Unix milliseconds.
 */
export function makeReplays(most: number, now: () => number): Replays {
  const seen = new Map<string, number>();
  let swept = 0;
  function sweep(): void {
    for (const [id, until] of seen) if (until <= now()) seen.delete(id);
    swept = now();
  }
  return {
    take(id, until) {
      const known = seen.get(id);
      if (known !== undefined && known > now()) return 'again';
      if (seen.size >= most && now() - swept >= SWEEP) sweep();
      if (seen.size >= most) return 'full';
      seen.delete(id);
      seen.set(id, until);
      return 'first';
    },
  };
}
