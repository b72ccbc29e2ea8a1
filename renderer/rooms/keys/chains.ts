// Which key took the place of which, and what each stretch of its time means: worked out of the directory's own dates.
import type { KeyCard } from '../../../contract/ipc/rooms.ts';

/** Keys of which each replaced the one before; the oldest first. A key that nothing replaced and that replaced nothing is alone. */
export function chainsOf(keys: readonly KeyCard[]): KeyCard[][] {
  const next = new Map(keys.flatMap((key) => (key.replaces === null ? [] : [[key.replaces, key] as const])));
  const known = new Set(keys.map(({ name }) => name));
  const first = keys.filter(({ replaces }) => replaces === null || !known.has(replaces));
  return first.map((start) => {
    const chain: KeyCard[] = [];
    for (let key: KeyCard | undefined = start; key && !chain.includes(key); key = next.get(key.name))
      chain.push(key);
    return chain;
  });
}

/** Fractions of the whole stretch that is drawn. */
export interface Bar {
  readonly key: KeyCard;
  readonly from: number;
  readonly to: number;
  /** Where the key after it signs too; null where it never does. */
  readonly overlap: readonly [number, number] | null;
}

export interface Drawn {
  readonly start: number;
  readonly end: number;
  readonly now: number;
  readonly bars: readonly Bar[];
}

/** Some room after the last date, so that what goes on is seen to. */
const REST = 0.12;

/** The chain on one line of time. `now` in milliseconds. */
export function drawn(chain: readonly KeyCard[], now: number): Drawn {
  const starts = chain.map(({ notBefore }) => Date.parse(notBefore));
  const ends = chain.flatMap(({ notAfter }) => (notAfter === null ? [] : [Date.parse(notAfter)]));
  const start = Math.min(now, ...starts);
  const last = Math.max(now, ...starts, ...ends);
  const whole = Math.max(1, (last - start) / (1 - REST));
  const at = (time: number): number => Math.min(1, Math.max(0, (time - start) / whole));
  return {
    start,
    end: start + whole,
    now: at(now),
    bars: chain.map((key, index) => {
      const from = at(Date.parse(key.notBefore));
      const to = key.notAfter === null ? 1 : at(Date.parse(key.notAfter));
      const after = chain[index + 1];
      const both = after ? at(Date.parse(after.notBefore)) : 1;
      return { key, from, to, overlap: after && both < to ? [both, to] : null };
    }),
  };
}

/** What the key's time means now, as the end of a catalogue's key, with the date that its sentence names. */
export function meaningOf(
  { key, overlap }: Bar,
  now: number,
): {
  readonly span: 'pending' | 'active' | 'overlap' | 'retiring' | 'retired' | 'revoked' | 'compromised';
  readonly date: string | null;
} {
  if (key.state === 'revoked' || key.state === 'compromised') return { span: key.state, date: null };
  if (key.state === 'pending' || Date.parse(key.notBefore) > now)
    return { span: 'pending', date: key.notBefore };
  if (key.notAfter === null) return { span: 'active', date: key.notBefore };
  if (Date.parse(key.notAfter) <= now) return { span: 'retired', date: key.notAfter };
  return { span: overlap ? 'overlap' : 'retiring', date: key.notAfter };
}
