// Where acts plug in: what the app document may ask of them, and what they are given. They decide, sign, enrol; this side never does.
import type { Seat } from '../../contract/demo/world.ts';
import { DeviceFault, LackFault } from '../../core/fault/fault.ts';
import type { Person } from '../devices/devices.ts';
import type { Page, Shell } from '../shell/shell.ts';
import type { Console, ConsoleEvent } from './console.ts';
import type { OpenReview } from './options.ts';
import type { Opened } from './reviews.ts';
import type { Compared } from './snapshots/review.ts';

/** What acts are given of this side. */
export interface ActsHost {
  readonly shell: Shell;
  readonly console: Console;
  readonly officer: string;
  readonly machine: string;
  /** The window, as the parent of the authorize document; null before it is open. */
  readonly page: () => Page | null;
  /** A review that is open in the window. CallerFault `not_found` for another. */
  readonly review: (reviewId: string) => Opened;
  /** What a review is compared with, as the window was told. */
  readonly compared: (review: OpenReview) => Compared;
  /** As configured, with `system` resolved. */
  readonly appearance: () => 'light' | 'dark' | 'contrast';
  readonly language: () => 'en' | 'de';
  /** A PIN may have been typed, set or changed, or a key enrolled: devices are looked at again. */
  readonly devicesChanged: () => void;
  /** An enrolment showed which enrolled device a path is. */
  readonly learned: (path: string, device: string) => void;
}

/** What the app document's calls become. Each resolves when the act is open, not when it has ended. */
export interface Acts {
  decide(reviewId: string, verdict: 'approve' | 'deny'): Promise<void>;
  signHeld(reviewId: string): Promise<void>;
  enrol(path: string, device: string): Promise<void>;
  setPin(path: string): Promise<void>;
  /** Signs an open proposal of the next directory. */
  signDirectory(digest: string): Promise<void>;
  /** Proposes the next directory without this device: signing it first is an act. */
  removeDevice(device: string): Promise<void>;
  /** Signs in with the device, by the person's hand. */
  signIn(): Promise<void>;
  /** What happened in the Console: an act whose request changed or ended is overtaken. */
  told(event: ConsoleEvent): void;
  /** Appearance or language are others now. */
  restyle(): void;
  close(): Promise<void>;
}

/**
 * Made before the Console, because the Console asks this person; `attach` then gives the acts their host. `signInAlone`
 * answers for the demo's officer, with the PIN that is printed on the key, and for nothing but a session.
 */
export interface ActsMaker {
  readonly person: Person;
  attach(host: ActsHost): Acts;
  signInAlone(console: Console): Promise<void>;
}

const encoder = new TextEncoder();

/**
 * The maker of acts for this seat (null outside the demo). What stands here signs the demo's officer in and opens nothing:
 * every act is refused, and so is every PIN and touch that a session did not ask for.
 */
export function actsMaker(seat: Seat | null): ActsMaker {
  let alone = false;
  const refused = (): Promise<never> => Promise.reject(new LackFault('not_configured', 'acts'));
  return {
    person: {
      pin: (device) => {
        const key = seat?.securityKeys.find(({ enrolled }) => enrolled === device);
        if (!alone || !key) return Promise.reject(new DeviceFault('cancelled', 'nobody was asked'));
        return Promise.resolve(encoder.encode(key.pin));
      },
      phase: () => undefined,
      touch: () => Promise.resolve(alone),
    },
    attach: ({ console }) => ({
      decide: refused,
      signHeld: refused,
      enrol: refused,
      setPin: refused,
      signDirectory: refused,
      removeDevice: refused,
      signIn: () => console.signIn(),
      told: () => undefined,
      restyle: () => undefined,
      close: () => Promise.resolve(),
    }),
    async signInAlone(console) {
      alone = true;
      try {
        await console.signIn();
      } finally {
        alone = false;
      }
    },
  };
}
