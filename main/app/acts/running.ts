// One act from its opening to its end: what the page may ask for in each phase, and the one true line that it shows.
import { randomUUID } from 'node:crypto';
import type { Act, ActDevice, Begin, Phase } from '../../../contract/ipc/act.ts';
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { DeviceFault, Refusal, isFault } from '../../../core/fault/fault.ts';
import type { Person, Phase as DevicePhase, Waiting } from '../../devices/devices.ts';
import type { Delivery } from '../../evidence/deliver.ts';
import type { Page } from '../../shell/shell.ts';
import { failedWith, outcomeOf, told } from './outcome.ts';
import { PinSlot } from './pin-slot.ts';
import type { ActsPorts, Outcome, Plan } from './ports.ts';

/** How often the devices are looked for while nothing runs. */
const LOOK_MS = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

const titles = {
  authorize: { en: 'Authorize', de: 'Freigeben' },
  'sign-in': { en: 'Sign in', de: 'Anmelden' },
  device: { en: 'Security key', de: 'Sicherheitsschlüssel' },
} as const;

/** What is between `begin` and its outcome. */
interface Running {
  readonly begin: Begin;
  readonly stop: AbortController;
  readonly device: ActDevice;
  /** On disk: nothing takes it back any more. */
  durable: boolean;
  /** Why the request ended under it, when it did. */
  overtaken: Fault | null;
  pins: number;
  /** How long the device waits for the person, as it was told last. */
  waiting: Waiting | undefined;
}

/** Faults after which the same question is asked again by itself: asking costs no try, only a PIN that is entered does. */
const askAgain: readonly string[] = ['pin_invalid', 'pin_policy'];

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export class RunningAct implements Person {
  readonly id = randomUUID();
  readonly plan: Plan;
  readonly #ports: ActsPorts;
  readonly #armedAt: Date;
  readonly #pin = new PinSlot();
  readonly #timers: NodeJS.Timeout[] = [];
  #page: Page | undefined;
  #phase: Phase = { at: 'reading' };
  #devices: ActDevice[] = [];
  #revision = 0;
  #running: Running | undefined;
  /** Which device was tried last: it stays the one that is meant until another is chosen. */
  #tried: string | null = null;
  #ended: Promise<void> = Promise.resolve();
  #after: Fault | null = null;
  #challenge: string | null = null;
  #looking = false;
  #closed = false;

  constructor(plan: Plan, ports: ActsPorts) {
    this.plan = plan;
    this.#ports = ports;
    this.#armedAt = new Date(ports.now().getTime() + plan.arming);
  }

  get at(): Phase['at'] {
    return this.#phase.at;
  }

  /** Whether its page is gone. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether a person still has something to do in it. */
  get isOpen(): boolean {
    return !this.#closed && (this.#running !== undefined || this.#phase.at === 'reading');
  }

  /** Of what runs: aborted when it was cancelled. */
  get signal(): AbortSignal | undefined {
    return this.#running?.stop.signal;
  }

  /** Resolves when no device is at work for it any more. */
  get quiet(): Promise<void> {
    return this.#running?.durable === false ? this.#ended : Promise.resolve();
  }

  /** Looks for the devices, then opens the page. Rejects with what the shell rejected with. */
  async open(): Promise<void> {
    await this.#look();
    const page = await this.#ports.shell.open('authorize', this.#handlers(), {
      title: titles[this.plan.title][this.#ports.look().language],
      size: this.plan.size,
      resizable: true,
      protected: true,
    });
    this.#page = page;
    void page.closed.then(() => this.#leave());
    if (this.#closed) return page.close();
    this.#timers.push(setInterval(() => void this.#look().catch(this.#ports.onError), LOOK_MS));
    this.#expire();
  }

  #expire(): void {
    const { expires } = this.plan;
    if (expires === null) return;
    const left = Date.parse(expires) - this.#ports.now().getTime();
    const over = (): void => this.overtake({ code: 'expired', detail: expires });
    if (left < LONGEST_TIMER) this.#timers.push(setTimeout(over, Math.max(0, left)));
  }

  focus(): void {
    this.#page?.focus();
  }

  snapshot(): Act {
    return {
      revision: this.#revision,
      act: this.id,
      what: this.plan.what(),
      devices: this.#devices,
      device: this.#tried ?? this.#preferred()?.device ?? null,
      phase: this.#phase,
      armedAt: this.#armedAt.toISOString(),
      ...this.#ports.look(),
    };
  }

  /** Something that the page shows is another now: the phase, the quorum, the appearance. */
  changed(): void {
    if (this.#closed) return;
    this.#revision += 1;
    this.#page?.send('act/changed', this.snapshot());
  }

  /** The request changed or ended: nothing leaves that is not durable yet. What is goes its way. */
  overtake(fault: Fault): void {
    const running = this.#running;
    if (running) {
      if (running.durable) return;
      running.overtaken ??= fault;
      this.#stop(running);
    } else if (this.#mayBegin()) this.#become({ at: 'overtaken', fault });
  }

  /** What became of what was kept. */
  delivered(delivery: Delivery): void {
    if (this.#phase.at === 'kept' && !this.#running) this.#become(this.#outcomeOf(delivery));
  }

  /** Cancels what runs, unless it is durable, and closes the page. */
  close(): void {
    this.#page?.close();
    this.#leave();
  }

  // What the page may ask for.

  #handlers(): Handlers<'authorize'> {
    return {
      'act/read': () => this.snapshot(),
      'act/begin': (begin) => (this.#begin(begin), {}),
      'act/pin': ({ act, bytes }) => (this.#take(act, bytes), {}),
      'act/cancel': ({ act }) => (this.#cancel(act), {}),
      'act/close': ({ act }) => (this.#own(act), this.close(), {}),
    };
  }

  #own(act: string): void {
    if (this.#closed || act !== this.id) throw new Refusal('act_over', act);
  }

  #mayBegin(): boolean {
    if (this.#running) return false;
    return this.#phase.at === 'reading' || (this.#phase.at === 'failed' && this.#phase.again);
  }

  #begin(begin: Begin): void {
    this.#own(begin.act);
    if (this.#running && same(this.#running.begin, begin)) return; // pressed twice: it runs already
    if (!this.#mayBegin()) throw new Refusal('act_phase', this.#phase.at);
    if (this.#ports.now().getTime() < this.#armedAt.getTime())
      throw new Refusal('act_early', this.#armedAt.toISOString());
    this.plan.check(begin);
    const device = this.#chosen(begin.device);
    const stop = new AbortController();
    const running: Running = {
      begin,
      stop,
      device,
      durable: false,
      overtaken: null,
      pins: 0,
      waiting: undefined,
    };
    this.#running = running;
    this.#tried = device.device;
    this.#after = null;
    this.#become({ at: 'connecting' });
    if (device.virtual) void this.#showKey(device).catch(this.#ports.onError);
    this.#ended = this.#drive(running);
  }

  #chosen(device: string | null): ActDevice {
    const chosen = device === null ? this.#preferred() : this.#devices.find((one) => one.device === device);
    if (!chosen) throw new Refusal('device_unknown', device ?? 'none is enrolled');
    return chosen;
  }

  #preferred(): ActDevice | undefined {
    return this.#devices.find(({ fault }) => fault === null) ?? this.#devices[0];
  }

  /** The PIN is printed on the key, so the key must be seen; the page for typing it stays in front. */
  async #showKey({ device }: ActDevice): Promise<void> {
    await this.#ports.virtualKeys?.show(this.plan.virtualKey(device));
    this.focus();
  }

  #take(act: string, bytes: Uint8Array): void {
    try {
      this.#own(act);
      const running = this.#running;
      if (this.#phase.at !== 'pin' || !running) throw new Refusal('act_phase', this.#phase.at);
      if (!this.#pin.give(bytes)) throw new Refusal('act_phase', 'the device no longer asks');
      running.pins += 1;
      this.#become({ at: 'processing' });
    } catch (thrown) {
      bytes.fill(0);
      throw thrown;
    }
  }

  #cancel(act: string): void {
    this.#own(act);
    const running = this.#running;
    if (running?.durable) throw new Refusal('act_kept', this.plan.subject);
    if (running) this.#stop(running);
    else if (this.#phase.at === 'reading') this.close();
    else throw new Refusal('act_phase', this.#phase.at);
  }

  // What runs.

  /** The device is told; what it says then is the outcome, and not before. */
  #stop({ stop }: Running): void {
    stop.abort();
    this.#become({ at: 'stopping' });
  }

  async #drive(running: Running): Promise<void> {
    const outcome = await this.#attempts(running);
    this.#running = undefined;
    if (outcome.at === 'failed' && outcome.fault.code === 'device_gone') this.#isGone(running.device);
    this.#become(outcome);
    void this.#look().catch(this.#ports.onError);
  }

  /** Known before the next look says so: the page must not take what was seen before for a device that is back. */
  #isGone({ device }: ActDevice): void {
    const fault = { code: 'device_not_found', detail: device };
    this.#devices = this.#devices.map((one) =>
      one.device === device ? { ...one, present: false, fault: one.fault ?? fault } : one,
    );
  }

  async #attempts(running: Running): Promise<Outcome> {
    for (;;) {
      const { begin, pins, device } = running;
      const { signal } = running.stop;
      const durable = (challenge: string | null): void => {
        running.durable = true;
        this.#challenge = challenge;
        this.#become({ at: 'sending' });
      };
      try {
        const { verdict, reason } = begin;
        const delivery = await this.plan.run({ verdict, reason, device, signal, durable });
        return delivery ? this.#outcomeOf(delivery) : { at: 'ended' };
      } catch (thrown) {
        const asked = isFault(thrown) && askAgain.includes(thrown.code) && running.pins > pins;
        if (!asked || signal.aborted || running.durable) return this.#failed(running, thrown);
        this.#after = told(thrown);
      }
    }
  }

  #failed(running: Running, thrown: unknown): Outcome {
    if (!isFault(thrown)) this.#ports.onError(thrown);
    if (running.durable)
      return { at: 'kept', fault: isFault(thrown) ? told(thrown) : { code: 'internal', detail: '' } };
    return running.overtaken ? { at: 'overtaken', fault: running.overtaken } : failedWith(thrown);
  }

  #outcomeOf(delivery: Delivery): Outcome {
    const { crypto, machine } = this.#ports;
    const { trust, journal } = this.#ports.console();
    const directory = trust?.latest ?? null;
    const records = () => journal.records();
    const missing: Plan['missing'] = (own) => this.plan.missing(own);
    const challenge = this.#challenge;
    return outcomeOf({ crypto, directory, machine, records, challenge, missing }, delivery);
  }

  #become(phase: Phase): void {
    if (same(phase, this.#phase)) return;
    this.#phase = phase;
    this.changed();
  }

  /** Looks for the devices while the person could begin: what runs has its device already, and would be disturbed. */
  async #look(): Promise<void> {
    if (this.#looking || !this.#mayBegin()) return;
    this.#looking = true;
    try {
      const found = await this.plan.devices();
      if (same(found, this.#devices) || !this.#mayBegin()) return; // begun meanwhile: what it runs with stays
      this.#devices = found;
      this.changed();
    } finally {
      this.#looking = false;
    }
  }

  #leave(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#running && !this.#running.durable) this.#running.stop.abort();
    this.plan.closed?.();
  }

  // The person, as the devices room asks it.

  async pin(_: string, wanted: Parameters<Person['pin']>[1], signal: AbortSignal): Promise<Uint8Array> {
    const running = this.#running;
    if (!running || running.stop.signal.aborted) throw new DeviceFault('cancelled', 'nobody is asked');
    const asked = this.#pin.ask(signal);
    const { purpose, minLength, retries, countLow = false, finalTry = false } = wanted;
    const question = { purpose, minLength, retries: retries ?? null, countLow, finalTry, after: this.#after };
    this.#become({ at: 'pin', ...question, ...this.#until(running.waiting) });
    return asked;
  }

  phase(_: string, phase: DevicePhase, waiting?: Waiting): void {
    const running = this.#running;
    if (!running || running.durable || running.stop.signal.aborted) return;
    running.waiting = waiting;
    if (phase === 'pin') return; // with its question, in `pin`
    const { until, step } = this.#until(waiting);
    if (phase === 'choosing') this.#become({ at: phase, until: this.#sooner(phase, until) });
    else if (phase === 'touch')
      this.#become({ at: phase, virtual: running.device.virtual, until: this.#sooner(phase, until), step });
    else this.#become({ at: phase === 'done' ? 'processing' : phase });
  }

  #until(waiting: Waiting | undefined) {
    if (!waiting) return { until: null, step: null };
    const until = new Date(this.#ports.now().getTime() + waiting.leftMs).toISOString();
    return { until, step: waiting.step && { ...waiting.step } };
  }

  /** A device that waits says so again and again: its wait does not grow by that. */
  #sooner(at: 'choosing' | 'touch', until: string | null): string | null {
    const before = this.#phase.at === at ? this.#phase.until : null;
    return before !== null && until !== null && before < until ? before : until;
  }

  async touch(ask: Parameters<Person['touch']>[0], signal: AbortSignal): Promise<boolean> {
    return (await this.#ports.virtualKeys?.touch(ask, signal)) ?? false;
  }
}
