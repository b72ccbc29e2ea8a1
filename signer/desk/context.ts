// What every use case works with: the store, the log, keys, what is trusted, and the world outside as functions.
import type { Trust, DirectoryChain } from '../../core/trust/chain.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { RECORD_TYPE } from '../../core/log/record.ts';
import type { SignerLog } from '../log/log.ts';
import type { Db, Store } from '../store/store.ts';
import type { Gates, KeyProvider } from './ports.ts';
import type { Standing } from './standing.ts';

/**
 * The durable steps between a decision and a signature, between a proposal and its version, and of a signature under a
 * grant, in order; a test may end the process after any of them.
 */
export type Step =
  | 'decided'
  | 'checked'
  | 'intent'
  | 'signature'
  | 'approval'
  | 'finished'
  | 'proposed'
  | 'adopted'
  | 'chain-kept'
  | 'suspended'
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
  /** The directory in force; it may change while the Signer runs. */
  readonly standing: Standing;
  /** The policy that the newest version of the directory names. */
  readonly policy: Policy;
  readonly gates: Gates;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: DeskLog;
  /** Called after each durable step. */
  readonly onStep?: (step: Step) => void;
  /** Writes the chain where the operator's own file of it lies; the store has it already. Nothing is written unless given. */
  readonly keepChain?: (chain: DirectoryChain) => Promise<void>;
  /** How many events of a tenant are kept at least; 10,000 unless given. */
  readonly eventsKept?: number;
}

/**
 * The options, and what the use cases share while the Signer runs. `trust` and `chain` are those of the moment; what needs
 * one version from beginning to end works with `asOfNow`.
 */
export interface Context extends Omit<DeskOptions, 'onStep' | 'eventsKept' | 'keepChain'> {
  readonly trust: Trust;
  readonly chain: DirectoryChain;
  readonly keepChain: (chain: DirectoryChain) => Promise<void>;
  readonly onStep: (step: Step) => void;
  readonly eventsKept: number;
  readonly ulid: () => string;
  /** Tells the listeners of a tenant, after the commit. */
  readonly announce: (tenant: string) => void;
  /** Tells those who follow the directory and its proposals, after the commit. */
  readonly announceDirectory: () => void;
}

/** The context with the directory as it is now, whatever comes into force meanwhile. */
export function asOfNow(context: Context): Context {
  return { ...context };
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
