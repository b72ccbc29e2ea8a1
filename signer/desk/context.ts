// What every use case works with: the store, the log, keys, what is trusted, and the world outside as functions.
import type { Trust, DirectoryChain } from '../../core/trust/chain.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { RECORD_TYPE } from '../../core/log/record.ts';
import type { SignerLog } from '../log/log.ts';
import type { Db, Store } from '../store/store.ts';
import type { Gates, KeyProvider } from './ports.ts';

/**
 * The steps between a decision and a signature, in order, and those of a signature under a grant; a test may end the
 * process after any of them.
 */
export type Step =
  | 'decided'
  | 'checked'
  | 'intent'
  | 'signature'
  | 'approval'
  | 'finished'
  | 'made'
  | 'spent';

/** The part of a pino logger that the desk uses. */
export interface DeskLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface DeskOptions {
  readonly store: Store;
  readonly log: SignerLog;
  readonly keys: KeyProvider;
  readonly crypto: Crypto;
  readonly trust: Trust;
  readonly chain: DirectoryChain;
  /** The policy that the newest version of the directory names. */
  readonly policy: Policy;
  readonly gates: Gates;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: DeskLog;
  /** Called after each durable step. */
  readonly onStep?: (step: Step) => void;
  /** How many events of a tenant are kept at least; 10,000 unless given. */
  readonly eventsKept?: number;
}

/** The options, and what the use cases share while the Signer runs. */
export interface Context extends Omit<DeskOptions, 'onStep' | 'eventsKept'> {
  readonly onStep: (step: Step) => void;
  readonly eventsKept: number;
  readonly ulid: () => string;
  /** Tells the listeners of a tenant, after the commit. */
  readonly announce: (tenant: string) => void;
}

/** Writes, and tells the tenant's listeners once it is on disk. */
export async function change<T>(context: Context, tenant: string, work: (db: Db) => Promise<T>): Promise<T> {
  const value = await context.store.write(work);
  context.announce(tenant);
  return value;
}

type Without<R, K extends PropertyKey> = R extends unknown ? Omit<R, K> : never;

/** A log record as of now. */
export function record(context: Context, content: Without<LogRecord, '_type' | 'at'>): LogRecord {
  return { _type: RECORD_TYPE, at: context.now().toISOString(), ...content };
}
