// How long to wait before trying again: full jitter, so that a thousand Consoles do not come back in one moment.

/**
 * A pause in milliseconds for the attempt (0 first): evenly from 0 to min(most, first * 2^attempt). `random` gives four
 * bytes of chance.
 */
export function backoff(
  attempt: number,
  first: number,
  most: number,
  random: (bytes: number) => Uint8Array,
): number {
  const limit = Math.min(most, first * 2 ** Math.min(attempt, 30));
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  const chance = (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
  return Math.floor(chance * (limit + 1));
}
