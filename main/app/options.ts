// What a Console is made of, and what it tells whoever drives it: window, demo or test.
import type { Directory } from '../../core/directory/directory.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { HoldSnapshot, Lock, Locked, Reviewed } from '../../core/stage/stages.ts';
import type { DeviceDrivers, Person } from '../devices/devices.ts';
import type { Delivery } from '../evidence/deliver.ts';
import type { Link, LinkOptions, LinkState, LinkTimings } from '../link/link.ts';
import type { SecondView } from '../review/second.ts';
import type { MachineKeys } from './machine-keys.ts';

/** The person at this machine: PIN, touch, and what to do now. */
export type UserInteraction = Person;

/**
 * Who signs sessions. `attend` is asked before a device is: it throws when nobody is there, so that no key blinks for a
 * sign-in that nobody asked for; its signal ends the device's call.
 */
export interface Attendance extends Person {
  attend(): AbortSignal;
}

export interface ConsoleOptions {
  /** This Console's own folder (0700, made where missing); one process at a time uses it. */
  readonly dataDir: string;
  /** `https://host:port` with `ca`, or plain `http://` on a loopback address with `ca` null. */
  readonly signerUrl: string;
  readonly ca: readonly (string | Uint8Array)[] | null;
  /** The pinned digest of the directory's version 1. */
  readonly pin: string;
  /** Environments of a directory that this Console may trust; every one unless given. */
  readonly environments?: readonly Directory['environment'][];
  readonly officer: string;
  /** The machine's id in the directory. */
  readonly machine: string;
  /** The id of the device that signs sessions. */
  readonly device: string;
  readonly keys: MachineKeys;
  readonly drivers: DeviceDrivers;
  readonly ui: UserInteraction;
  /** Asked for sessions in place of `ui`, and for nothing else. */
  readonly sessions?: Attendance;
  readonly build: string;
  readonly language: string;
  readonly onEvent?: (event: ConsoleEvent) => void;
  /** The clock of this machine; for a test. */
  readonly now?: () => Date;
  readonly second?: SecondView;
  readonly timings?: Partial<LinkTimings>;
  readonly slowDiskMs?: number;
  readonly reserveBytes?: number;
  /** How the link is opened; for a test that has no Signer. */
  readonly openLink?: (options: LinkOptions) => Link;
  readonly crypto?: Crypto;
}

/**
 * What happened, in the order in which it happened. `directory`: a newer version is in force here, verified. `proposals`:
 * what is proposed may look otherwise now. `suspensions`: a key is suspended that was not known to be. `grants`: `console.grants()` changed. `ended`: a hold that waited here has come to
 * its end. A `review-closed` says why: `changed`, or how the request ended. `checkpoint`: a newer one was verified.
 */
export type ConsoleEvent =
  | { readonly event: 'link'; readonly state: LinkState }
  | { readonly event: 'queue'; readonly changed: readonly string[]; readonly left: readonly string[] }
  | { readonly event: 'delivery'; readonly requestId: string; readonly delivery: Delivery }
  | { readonly event: 'directory'; readonly version: number; readonly digest: string }
  | { readonly event: 'proposals' }
  | { readonly event: 'suspensions' }
  | { readonly event: 'grants' }
  | { readonly event: 'ended'; readonly hold: HoldSnapshot }
  | { readonly event: 'review-closed'; readonly requestId: string; readonly why: Lock }
  | { readonly event: 'checkpoint' }
  | { readonly event: 'alarm'; readonly code: string; readonly about: string };

/** A review that is open on this machine. */
export type OpenReview = Reviewed | Locked;
