// Clock, randomness and hashing of this machine, as ceremonies ask for them.
import { randomBytes } from 'node:crypto';
import { nodeCrypto } from '../../../ports/crypto.ts';

export const machine = {
  crypto: nodeCrypto,
  now: () => new Date(),
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
} as const;
