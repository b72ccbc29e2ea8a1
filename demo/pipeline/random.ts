// Numbers that follow from a seed: the same seed, the same documents, so that a test can be told what will come.
import { createHash } from 'node:crypto';

/** A stream of choices. */
export interface Random {
  /** A whole number from 0 up to, and without, `below`. */
  int(below: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** `count` different ones, in an order of chance; all of them when there are fewer. */
  some<T>(list: readonly T[], count: number): T[];
  /** True once in `times`. */
  once(times: number): boolean;
  /** Lower-case hex of so many bytes. */
  hex(bytes: number): string;
}

/** The stream number `n` of a seed. */
export function randomOf(seed: number, n: number): Random {
  let block = Buffer.alloc(0);
  let blocks = 0;
  const bytes = (count: number): Buffer => {
    while (block.length < count) {
      const next = createHash('sha256').update(`${seed} ${n} ${blocks++}`).digest();
      block = Buffer.concat([block, next]);
    }
    const taken = block.subarray(0, count);
    block = block.subarray(count);
    return taken;
  };
  const int = (below: number): number => bytes(4).readUInt32BE() % below;
  const pick = <T>(list: readonly T[]): T => {
    const one = list[int(list.length)];
    if (one === undefined) throw new TypeError('nothing to choose from');
    return one;
  };
  return {
    int,
    pick,
    some: (list, count) => {
      const left = [...list];
      const taken = [];
      while (taken.length < count && left.length > 0) taken.push(...left.splice(int(left.length), 1));
      return taken;
    },
    once: (times) => int(times) === 0,
    hex: (count) => bytes(count).toString('hex'),
  };
}
