// How many random cases a property runs: a tenth by default, all of them with FULL=1 (`npm test -- --full`).

/** `n` with FULL=1, else a tenth of it, rounded up. */
export function count(n: number, full = process.env['FULL'] === '1'): number {
  return full ? n : Math.ceil(n / 10);
}
