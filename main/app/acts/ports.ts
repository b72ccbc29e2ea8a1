// What the acts need of the Console and of the shell around them, and what one kind of act is made of.
import type { ActDevice, Act, Begin, Phase, Purpose } from '../../../contract/ipc/act.ts';
import type { Change } from '../../../contract/ipc/review.ts';
import type { Sealed } from '../../../core/decision/decision.ts';
import type { Crypto } from '../../../core/key/crypto.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import type { Delivery } from '../../evidence/deliver.ts';
import type { Shell } from '../../shell/shell.ts';
import type { Console } from '../console.ts';
import type { OpenReview } from '../options.ts';
import type { VirtualKeys } from './virtual-keys.ts';

/** What changed since the last approved statement of the same subject; `baseline` false when there is none to compare with. */
export interface Difference {
  readonly baseline: boolean;
  readonly changes: readonly Change[];
  readonly count: number;
}

/** The parts of a Console that acts use. */
export interface ActingConsole extends Pick<
  Console,
  'authorize' | 'signHeld' | 'signIn' | 'suspendKey' | 'devices' | 'care' | 'hold' | 'journal'
> {
  /** The directory as it is trusted here now; null before the first one was verified. */
  readonly trust: Trust | null;
}

export interface ActsPorts {
  readonly shell: Pick<Shell, 'open'>;
  /** Asked when it is needed: the Console is given the acts' own persons when it is opened. */
  readonly console: () => ActingConsole;
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly officer: string;
  readonly machine: string;
  /** The pinned digest of the directory's version 1. */
  readonly signer: string;
  /** The id of the device that signs sessions. */
  readonly device: string;
  /** A digest as words to read aloud. */
  readonly words: (digest: string) => readonly string[];
  readonly difference: (review: OpenReview) => Difference;
  readonly look: () => Pick<Act, 'appearance' | 'language'>;
  /**
   * Makes a credential on the key at this path and has it prove itself for this officer; then it is drafted into the next
   * directory, which is an act of its own. Rejects with our own faults; then nothing was drafted.
   */
  readonly enrol: (path: string, device: string, signal: AbortSignal) => Promise<void>;
  /** Told of what is not one of our faults: a defect. */
  readonly onError: (thrown: unknown) => void;
  /** The demo's; null elsewhere. */
  readonly virtualKeys: VirtualKeys | null;
}

/** One try: what the person asked for, and with which device. `durable` says that the outcome is on disk. */
export interface Attempt {
  readonly verdict: 'approve' | 'deny' | null;
  readonly reason: string;
  readonly device: ActDevice;
  readonly signal: AbortSignal;
  readonly durable: (challenge: string | null) => void;
}

/** A phase in which an act comes to rest. */
export type Outcome = Extract<Phase, { at: 'recorded' | 'kept' | 'ended' | 'failed' | 'overtaken' }>;

/** One kind of act: what it shows, which devices could do it, and how it is done. */
export interface Plan {
  /** The virtual key that it needs, where it is one: by its id in the directory, or its path. */
  readonly virtualKey: (device: string) => string;
  /** What the act is about: opening it again brings its page to the front. */
  readonly subject: string;
  readonly requestId: string | null;
  /** From this machine's clock; null when nothing expires. */
  readonly expires: string | null;
  /** Milliseconds in which nobody can have read it. */
  readonly arming: number;
  readonly title: 'authorize' | 'sign-in' | 'device';
  /** In CSS pixels: tall for what is to be read, small for what is plain. */
  readonly size: { readonly width: number; readonly height: number };
  /** The virtual keys that lie beside it, where they are not the Console's own. */
  readonly virtualKeys?: VirtualKeys | null;
  /** Told once, when its page is gone. */
  readonly closed?: () => void;
  what(): Purpose;
  /** How many approvals are missing once this decision is recorded; null when none is, or it was a denial. */
  missing(own: Sealed): number | null;
  devices(): Promise<ActDevice[]>;
  /** Refuses what can be refused before anybody is asked for anything; throws. */
  check(begin: Begin): void;
  /** Resolves with how far it got, or null where the log records nothing. Rejects, unless `durable` was called: then nothing was decided. */
  run(attempt: Attempt): Promise<Delivery | null>;
}
