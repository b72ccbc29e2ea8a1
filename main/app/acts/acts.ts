// Acts: one at a time, each in its own document, with the officer's hands behind it; and the persons whom devices ask.
import type { Fault } from '../../../contract/ipc/call.ts';
import { DeviceFault, Refusal } from '../../../core/fault/fault.ts';
import { isOpen } from '../../../core/hold/hold.ts';
import type { Person } from '../../devices/devices.ts';
import type { Attendance, ConsoleEvent, OpenReview } from '../options.ts';
import { Nearby } from './nearby.ts';
import {
  directoryPlan,
  enrolPlan,
  pinPlan,
  signInPlan,
  suspendPlan,
  type DirectoryWish,
} from './own-plans.ts';
import { decidePlan, signHeldPlan } from './plans.ts';
import type { ActsPorts, Plan } from './ports.ts';
import { RunningAct } from './running.ts';

export class Acts {
  /** For the Console's `ui`: whoever is in front of the act that runs. */
  readonly ui: Person = {
    pin: (...asked) => this.#present().pin(...asked),
    phase: (...now) => this.#current?.phase(...now),
    touch: async (...asked) => (await this.#current?.touch(...asked)) ?? false,
  };

  /** For the Console's `sessions`: the sign-in act, or, in the demo's first sign-in, the printed PIN and a touch. */
  readonly sessions: Attendance = {
    attend: () => this.#attending(),
    pin: (device, ...asked) => this.#sessionPin(device, ...asked),
    phase: (...now) => (this.#automatic ? undefined : this.ui.phase(...now)),
    touch: async (...asked) => this.#automatic !== undefined || (await this.ui.touch(...asked)),
  };

  readonly #ports: ActsPorts;
  readonly #nearby: Nearby;
  #current: RunningAct | undefined;
  #automatic: AbortSignal | undefined;

  constructor(ports: ActsPorts) {
    this.#ports = ports;
    this.#nearby = new Nearby(ports.console, (device) => ports.virtualKeys?.isDrawn(device) ?? false);
  }

  /** A decision on what was reviewed, with this verdict chosen; nothing is decided by opening. */
  openDecide(review: OpenReview, verdict: 'approve' | 'deny'): Promise<void> {
    return this.#open(decidePlan(this.#ports, this.#nearby, review, verdict));
  }

  /** The signature of the key that this officer holds. Refusal `key_use` when there is none. */
  async openSignHeld(review: OpenReview): Promise<void> {
    await this.#open(signHeldPlan(this.#ports, this.#nearby, review));
  }

  openSignIn(): Promise<void> {
    return this.#open(signInPlan(this.#ports, this.#nearby));
  }

  /** A new credential on the key at this path, for the directory's device `device`. Rejects when there is no such key. */
  async openEnrol(path: string, device: string): Promise<void> {
    await this.#open(enrolPlan(this.#ports, this.#nearby, path, device, await this.#product(path)));
  }

  /** A first PIN, or another one, for the key at this path. */
  async openSetPin(path: string): Promise<void> {
    const product = await this.#product(path);
    const { pinSet } = await this.#ports.console().care.info(path);
    await this.#open(pinPlan(this.#ports, this.#nearby, path, product, pinSet));
  }

  /** An order to suspend this key. Rejects with Refusal `key_unknown`, `key_use` for one that cannot be. */
  async openSuspend(key: string): Promise<void> {
    await this.#open(suspendPlan(this.#ports, this.#nearby, key));
  }

  openDirectory(wish: DirectoryWish): Promise<void> {
    return this.#open(directoryPlan(this.#ports, this.#nearby, wish));
  }

  /**
   * Signs the demo's officer in with the virtual key by itself: its printed PIN, once, and a touch. Only a session can be
   * signed so: decisions ask `ui`, which knows nothing of this. Rejects as `signIn` does; a wrong PIN is not tried again.
   */
  async autoSignIn(signal: AbortSignal = new AbortController().signal): Promise<void> {
    this.#automatic = signal;
    try {
      await this.#ports.console().signIn(signal);
    } finally {
      this.#automatic = undefined;
    }
  }

  /** A device's part in a ceremony, as the ceremony planned it. */
  openCeremony(plan: Plan): Promise<void> {
    return this.#open(plan);
  }

  /** Closes the act with this subject, if it is the one that is open; what runs in it is cancelled. */
  dismiss(subject: string): void {
    if (this.#current?.plan.subject === subject) this.#current.close();
  }

  /** What happened in the Console, as it tells it: an act may be overtaken by it, or come to its end. */
  take(event: ConsoleEvent): void {
    const act = this.#current;
    const requestId = act?.plan.requestId;
    if (!act || requestId === null || requestId === undefined) return;
    if (event.event === 'delivery' && event.requestId === requestId) act.delivered(event.delivery);
    if (event.event === 'review-closed' && event.requestId === requestId) act.overtake(this.#why(act));
    if (event.event === 'queue' && event.changed.includes(requestId)) act.changed();
  }

  /** Appearance or language are others now. */
  restyle(): void {
    this.#current?.changed();
    this.#ports.virtualKeys?.changed();
  }

  /** Resolves when no device is at work for an act. */
  get quiet(): Promise<void> {
    return this.#current?.quiet ?? Promise.resolve();
  }

  /** Cancels what runs and closes the pages. What is durable is sent all the same. */
  async close(): Promise<void> {
    const act = this.#current;
    act?.close();
    await act?.quiet;
    await this.#ports.virtualKeys?.close();
  }

  async #open(plan: Plan): Promise<void> {
    const before = this.#current;
    if (before?.isOpen) {
      before.focus();
      if (before.plan.subject === plan.subject) return;
      throw new Refusal('act_open', before.plan.subject);
    }
    const { virtualKeys = this.#ports.virtualKeys } = plan;
    const act = new RunningAct(plan, { ...this.#ports, virtualKeys });
    this.#current = act;
    before?.close();
    await before?.quiet;
    try {
      if (!act.isClosed) await act.open();
    } catch (thrown) {
      act.close();
      throw thrown;
    }
  }

  #present(): RunningAct {
    if (!this.#current) throw new DeviceFault('cancelled', 'nobody is asked');
    return this.#current;
  }

  /** No key blinks for a session that nobody asked for: the link then says that it is signed out. */
  #attending(): AbortSignal {
    const signing = this.#current?.plan.subject === 'sign-in' ? this.#current.signal : undefined;
    const signal = this.#automatic ?? signing;
    if (!signal || signal.aborted) throw new DeviceFault('cancelled', 'nobody signs in');
    return signal;
  }

  #sessionPin(device: string, ...asked: [Parameters<Person['pin']>[1], AbortSignal]): Promise<Uint8Array> {
    if (!this.#automatic) return this.ui.pin(device, ...asked);
    const printed = this.#ports.virtualKeys?.printedPin(device);
    if (!printed) throw new DeviceFault('pin_required', `${device} is no virtual key`);
    return Promise.resolve(printed);
  }

  async #product(path: string): Promise<string> {
    const { name, present, fault } = await this.#nearby.at(path, 'security-key');
    if (present) return name;
    throw new DeviceFault(
      'device_not_found',
      fault?.code === 'device_not_found' ? path : (fault?.code ?? path),
    );
  }

  /** Why the request is not what it was, as far as this Console can tell. */
  #why(act: RunningAct): Fault {
    const requestId = act.plan.requestId ?? '';
    const { expires } = act.plan;
    const hold = this.#ports.console().hold(requestId);
    if (hold && isOpen(hold.state)) return { code: 'request_mismatch', detail: requestId };
    const late = expires !== null && this.#ports.now().getTime() >= Date.parse(expires);
    return { code: late ? 'expired' : 'hold_closed', detail: requestId };
  }
}
