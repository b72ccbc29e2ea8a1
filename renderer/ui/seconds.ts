// Time left in whole seconds, and how little of it is urgent.

/** Below this many seconds a countdown is urgent. */
export const URGENT_SECONDS = 600;

/** Whole seconds from `now` (milliseconds) until `until`, never less than none. */
export const secondsLeft = (until: string, now: number): number =>
  Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
