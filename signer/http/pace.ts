// How often one address may do what needs no token: so many in a minute, counted for a bounded number of addresses.
import { CallerFault } from '../../core/fault/fault.ts';

const MINUTE = 60_000;
const MOST_ADDRESSES = 1000;

/** `most` a minute for each address; `now` in milliseconds. The returned function throws CallerFault `rate_limited`. */
export function makePace(most: number, now: () => number): (address: string) => void {
  const seen = new Map<string, { since: number; count: number }>();
  return (address) => {
    const at = now();
    const own = seen.get(address);
    if (!own || at - own.since >= MINUTE) {
      // The oldest makes room: it begins anew, which costs no more than another address would.
      seen.delete(address);
      const [oldest] = seen.keys();
      if (seen.size >= MOST_ADDRESSES && oldest !== undefined) seen.delete(oldest);
      seen.set(address, { since: at, count: 1 });
      return;
    }
    if (own.count >= most)
      throw new CallerFault('rate_limited', `${most} a minute`, undefined, (own.since + MINUTE - at) / 1000);
    own.count += 1;
  };
}
