// Where acts plug in: what the app document may ask of them, and what they are given. They decide, sign, enrol; this side never does.
import type { Seat, TokenSeat, VirtualKeySeat } from '../../contract/demo/world.ts';
import type { VirtualKeyConfig } from '../../contract/driver/security-key.ts';
import { DeviceFault, LackFault, Refusal } from '../../core/fault/fault.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { wordsOf } from '../../core/words/words.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { Person } from '../devices/devices.ts';
import type { Page, Shell } from '../shell/shell.ts';
import { Acts as RunningActs } from './acts/acts.ts';
import type { DirectoryWish } from './acts/own-plans.ts';
import type { ActingConsole } from './acts/ports.ts';
import { VirtualKeys } from './acts/virtual-keys.ts';
import type { ActsForCeremonies } from './ceremonies/document.ts';
import type { Console, ConsoleEvent } from './console.ts';
import type { DirectoryDraft } from './directory.ts';
import type { Attendance, OpenReview } from './options.ts';
import type { Opened } from './reviews.ts';
import type { Compared } from './snapshots/review.ts';
import { factOf } from './snapshots/changes.ts';
import type { SuspensionEnd } from './suspensions.ts';

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
  signDirectory(digest: string): Promise<void>;
  /** Signs and proposes the next directory without this device. */
  removeDevice(device: string): Promise<void>;
  /** Orders a key suspended, once there is a reason. */
  suspendKey(key: string): Promise<void>;
  /** Signs and proposes the next directory that makes a key's suspension final, or lifts it. */
  endSuspension(key: string, how: SuspensionEnd): Promise<void>;
  /** Signs in with the device, by the person's hand. */
  signIn(): Promise<void>;
  /** What happened in the Console: an act whose request changed or ended is overtaken. */
  told(event: ConsoleEvent): void;
  /** Appearance or language are others now. */
  restyle(): void;
  /** For ceremonies: documents for their devices, whoever is in front of them, and the demo's virtual keys. */
  readonly forCeremonies: ActsForCeremonies;
  readonly person: Person;
  readonly virtualKeys: VirtualKeys | null;
  close(): Promise<void>;
}

/** Who sits here: `signer` is the pin, `device` the id of the one that signs sessions. */
export interface Sitting {
  readonly officer: string;
  readonly machine: string;
  readonly signer: string;
  readonly device: string;
}

/**
 * Made before the Console, because the Console asks these persons; `attach` then gives the acts their host. `signInAlone`
 * answers for the demo's officer, with the PIN that is printed on the key, and for nothing but a session.
 */
export interface ActsMaker {
  readonly person: Person;
  readonly sessions: Attendance;
  /** The demo's virtual keys as their driver is told of them, whenever it is started. */
  readonly virtualKeys: () => VirtualKeyConfig[];
  attach(host: ActsHost): Acts;
  signInAlone(console: Console): Promise<void>;
}

export interface MakerOptions {
  readonly shell: Shell;
  /** The demo's; null elsewhere. */
  readonly seat: Seat | null;
  /** The other seats' virtual keys, which their people may bring here for a ceremony. */
  readonly guestTokens: readonly TokenSeat[];
  readonly guests: readonly { readonly officer: string; readonly seat: VirtualKeySeat }[];
  readonly sitting: Sitting;
  readonly failed: (thrown: unknown) => void;
}

/** What acts see of a Console: its methods, and the directory as it is trusted at that moment. */
export function acting(console: Console): ActingConsole {
  return {
    authorize: (...given) => console.authorize(...given),
    signHeld: (...given) => console.signHeld(...given),
    signIn: (signal) => console.signIn(signal),
    suspendKey: (...given) => console.suspendKey(...given),
    devices: () => console.devices(),
    care: console.care,
    hold: (requestId) => console.hold(requestId),
    journal: console.journal,
    get trust(): Trust | null {
      return console.trusted();
    },
  };
}

/** A proposal that waits for this officer's signature. Refusal `proposal_unknown`, or why it cannot be signed. */
function proposed(console: Console, digest: string): DirectoryWish {
  const open = console.proposals().find((one) => one.digest === digest);
  if (!open) throw new Refusal('proposal_unknown', digest);
  const { state, problem, proposal } = open;
  if (!state) throw new Refusal('directory_invalid', problem?.detail ?? digest);
  return {
    digest,
    version: proposal.directory.version,
    proposedBy: proposal.proposedBy,
    changes: state.changes.map(factOf),
    signedBy: state.signed.map(({ officer }) => officer),
    needed: state.signed.length + state.missing,
    sign: async (device, signal) => {
      const endorsed = await console.signDirectory(digest, device, signal);
      return endorsed.state === 'sent' ? null : endorsed;
    },
  };
}

/** A draft of this officer's own, to be looked at, signed first, and proposed. */
function drafted(console: Console, officer: string, draft: DirectoryDraft): DirectoryWish {
  return {
    digest: draft.digest,
    version: draft.directory.version,
    proposedBy: officer,
    changes: draft.changes.map(factOf),
    signedBy: [],
    needed: console.trusted()?.latest.change.approvals ?? 1,
    sign: async (device, signal) => {
      await console.proposeDirectory(draft, device, signal);
      return null;
    },
  };
}

class Wired {
  readonly acts: RunningActs;
  readonly keys: VirtualKeys | null;
  readonly #options: MakerOptions;
  #host: ActsHost | undefined;
  #console: ActingConsole | undefined;

  constructor(options: MakerOptions) {
    const { shell, seat, sitting, failed } = options;
    this.#options = options;
    const look = () => ({
      appearance: this.#host?.appearance() ?? 'light',
      language: this.#host?.language() ?? 'en',
    });
    this.keys =
      seat &&
      new VirtualKeys({
        shell,
        seats: seat.securityKeys,
        tokens: [...seat.tokens, ...options.guestTokens],
        officer: sitting.officer,
        guests: options.guests,
        look,
        plug: (path, plugged) => this.#at().care.plug(path, plugged).finally(this.#host?.devicesChanged),
      });
    this.acts = new RunningActs({
      ...sitting,
      shell,
      look,
      console: () => this.#at(),
      crypto: nodeCrypto,
      now: () => new Date(),
      words: wordsOf,
      difference: (review) => this.#difference(review),
      enrol: (path, device, signal) => this.#enrol(path, device, signal),
      onError: failed,
      virtualKeys: this.keys,
    });
  }

  /** From now on there is a Console to act with. */
  sit(console: Console): void {
    this.#console = acting(console);
  }

  attach(host: ActsHost): Acts {
    const { console, officer } = host;
    const { acts } = this;
    this.#host = host;
    this.sit(console);
    const reviewed = (reviewId: string): OpenReview => host.review(reviewId).review;
    return {
      decide: async (reviewId, verdict) => acts.openDecide(reviewed(reviewId), verdict),
      signHeld: async (reviewId) => acts.openSignHeld(reviewed(reviewId)),
      enrol: (path, device) => acts.openEnrol(path, device),
      setPin: (path) => acts.openSetPin(path),
      signDirectory: async (digest) => acts.openDirectory(proposed(console, digest)),
      removeDevice: async (device) =>
        acts.openDirectory(drafted(console, officer, console.draftRemoval(device))),
      suspendKey: (key) => acts.openSuspend(key),
      endSuspension: async (key, how) =>
        acts.openDirectory(drafted(console, officer, console.draftSuspensionEnd(key, how))),
      signIn: () => acts.openSignIn(),
      told: (event) => acts.take(event),
      restyle: () => acts.restyle(),
      forCeremonies: acts,
      person: acts.ui,
      virtualKeys: this.keys,
      close: () => acts.close(),
    };
  }

  #at(): ActingConsole {
    if (!this.#console) throw new LackFault('not_configured', 'acts');
    return this.#console;
  }

  #difference(review: OpenReview) {
    const compared = this.#host?.compared(review);
    const { changes = [], count = 0 } = compared?.difference ?? {};
    return { baseline: Boolean(compared?.baseline), changes: changes.map((one) => ({ ...one })), count };
  }

  /** The credential is made in one act; the directory that knows it is read and signed in the next, which then opens. */
  async #enrol(path: string, device: string, signal: AbortSignal): Promise<void> {
    const host = this.#host;
    if (!host) throw new LackFault('not_configured', 'acts');
    const draft = await host.console.enrolSecurityKey({ path, deviceId: device }, signal);
    host.learned(path, device);
    void this.acts.quiet
      .then(() => this.acts.openDirectory(drafted(host.console, host.officer, draft)))
      .catch(this.#options.failed);
  }
}

/** The maker of acts for who sits here. */
export function actsMaker(options: MakerOptions): ActsMaker {
  const wired = new Wired(options);
  return {
    person: wired.acts.ui,
    sessions: wired.acts.sessions,
    virtualKeys: () => wired.keys?.config() ?? [],
    attach: (host) => wired.attach(host),
    async signInAlone(console) {
      wired.sit(console);
      await wired.acts.autoSignIn();
    },
  };
}

/** Where nobody sits there are no acts: whoever asks is refused. */
export function noActs(): ActsMaker {
  const refuse = (): never => {
    throw new DeviceFault('cancelled', 'nobody sits here');
  };
  const person: Person = { pin: refuse, phase: () => undefined, touch: () => Promise.resolve(false) };
  return {
    person,
    sessions: { ...person, attend: refuse },
    virtualKeys: () => [],
    attach: refuse,
    signInAlone: () => Promise.reject(new LackFault('not_configured', 'nobody sits here')),
  };
}
