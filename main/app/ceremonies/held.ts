// One ceremony at its desk: its ports, whose every use of a device goes through the authorize document, and what runs in it.
import { openCeremony } from '../../../ceremony/ceremony.ts';
import { ceremonyHsm } from '../../../ceremony/hsm.ts';
import { makeOpening, type Wish } from '../../../ceremony/opening.ts';
import type {
  CeremonyHsm,
  CeremonyPorts,
  CeremonyState,
  Hand,
  RunningCeremony,
} from '../../../ceremony/ports.ts';
import type { Role } from '../../../core/ceremony/script.ts';
import type { Opening } from '../../../core/ceremony/transcript.ts';
import type { CeremonyIntent } from '../../../contract/stored/console-intent.ts';
import { deviceIn } from '../../../core/ceremony/verify-people.ts';
import type { DirectoryFact } from '../../../contract/ipc/rooms.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { officerOf } from '../../../core/directory/lookup.ts';
import { Refusal, isFault } from '../../../core/fault/fault.ts';
import { digestOf } from '../../../core/json/digest.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import { prove } from '../../../ports/hand/prove.ts';
import type { Person } from '../../devices/devices.ts';
import type { Desk } from './desk.ts';
import { inDocument, type ActsForCeremonies } from './document.ts';
import { machine } from './machine.ts';
import { changesOf, hsmPurpose, purposeFor, type Setting } from './purposes.ts';

/** `person`: who is asked for PINs by the HSM's driver: the act that is open. */
export interface HeldPorts {
  readonly acts: ActsForCeremonies;
  readonly person: Person;
  readonly desk: Desk;
  readonly changed: () => void;
}

export class HeldCeremony {
  readonly #ports: HeldPorts;
  readonly #running: RunningCeremony;
  #trust: Trust;
  #work: AbortController | undefined;
  #opened: (() => void) | undefined;

  private constructor(ports: HeldPorts, running: RunningCeremony, trust: Trust) {
    this.#ports = ports;
    this.#running = running;
    this.#trust = trust;
    running.subscribe(ports.changed);
  }

  /** Takes up what lies in the folder, or begins there what is wished. Rejects as `openCeremony` and `makeOpening` do. */
  static async open(folder: string, wish: Wish | null, ports: HeldPorts): Promise<HeldCeremony> {
    const holder: { held?: HeldCeremony } = {};
    const now = (): HeldCeremony => {
      if (!holder.held) throw new Refusal('ceremony_turn', 'it is not open yet');
      return holder.held;
    };
    const { board, hsm: driver } = ports.desk;
    const inner = ceremonyHsm({ crypto: machine.crypto, driver, person: ports.person });
    const given: CeremonyPorts = {
      ...machine,
      board: { ...bound(board), trust: async () => (holder.held ? now().#learn() : board.trust()) },
      hsm: seen(inner, now),
      hand: (...asked) => now().#hand(...asked),
    };
    const opening: Opening | null = wish && (await makeOpening(given, wish));
    const running = await openCeremony(folder, opening, given);
    holder.held = new HeldCeremony(ports, running, await board.trust());
    return holder.held;
  }

  get state(): CeremonyState {
    return this.#running.state();
  }

  /** Whether something of it runs, or waits in the authorize document. */
  get busy(): boolean {
    return this.#work !== undefined;
  }

  /** An officer's name, by the version with which it was opened. */
  nameOf(officer: string): string {
    return officerOf(this.#trust.at(this.state.opening.directory), officer).name;
  }

  /** What a version changes, by the chain that was learned last. */
  changesOf(next: Directory): DirectoryFact[] {
    return changesOf(this.#trust, next);
  }

  transcript() {
    return this.#running.transcript();
  }

  /** The chain in force now. */
  trust(): Promise<Trust> {
    return this.#learn();
  }

  /** Resolves when it runs: when its document is open, or it has ended. Rejects with what it was refused with until then. */
  act(): Promise<void> {
    return this.#begin((signal) => this.#running.act(signal));
  }

  sign(role: Role): Promise<void> {
    return this.#begin((signal) => this.#running.sign(role, signal));
  }

  say(...said: Parameters<RunningCeremony['say']>): Promise<void> {
    return this.#running.say(...said);
  }

  unsay(): Promise<void> {
    return this.#running.unsay();
  }

  /** Gives up what runs; what is on disk stays. */
  cancel(): void {
    this.#work?.abort();
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#running.close();
    await this.#giveBack();
    await this.#ports.desk.close();
  }

  /** What people brought they take along; a key that cannot be unplugged any more is gone already. */
  async #giveBack(): Promise<void> {
    const { virtualKeys } = this.#ports.desk;
    await virtualKeys?.giveBack().catch((thrown: unknown) => {
      if (!isFault(thrown)) throw thrown;
    });
  }

  async #learn(): Promise<Trust> {
    this.#trust = await this.#ports.desk.board.trust();
    return this.#trust;
  }

  /** One at a time. What goes wrong after its document opened is said there, and stands in the state. */
  async #begin(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#work) throw new Refusal('ceremony_turn', 'something else is being done');
    const work = new AbortController();
    this.#work = work;
    const opened = new Promise<void>((resolve) => {
      this.#opened = resolve;
    });
    const ended = job(work.signal).finally(() => {
      this.#work = undefined;
      if (this.state.place.at !== 'step') void this.#giveBack();
      this.#ports.changed();
    });
    this.#ports.changed();
    ended.catch(() => undefined); // said in its document, or told to whoever waits below
    await Promise.race([opened, ended]);
  }

  #setting(role: Role): Setting {
    const { state } = this;
    const person = state.opening.people.find((one) => one.role === role);
    if (!person) throw new Refusal('ceremony_person', role);
    return { crypto: machine.crypto, state, person, name: this.nameOf(person.officer) };
  }

  readonly #hand: Hand = async (person, name, object, signal) => {
    const { desk, acts } = this.#ports;
    const setting = this.#setting(person.role);
    const directory = this.#trust.at(this.state.opening.directory);
    const device = deviceIn(directory, person);
    await desk.virtualKeys?.lend(device.id);
    const wish = {
      purpose: purposeFor(setting, name, object, this.#trust),
      nearby: desk.nearby,
      virtualKeys: desk.virtualKeys,
      by: { device },
      opened: () => this.#opened?.(),
    };
    const { crypto } = machine;
    const { rpId } = directory;
    const { n, step } = wish.purpose;
    const { role, officer } = person;
    const { ceremony } = this.state.opening;
    const about = { ceremony, n, step, role, officer, device: device.id };
    return inDocument(
      acts,
      wish,
      (over) =>
        written(desk.note, about, digestOf(crypto, object), () =>
          prove({ crypto, hardware: desk.signing, rpId, device }, name, object, over),
        ),
      signal,
    );
  };

  /** The HSM asks for its PIN: in the document that says for what. */
  withHsm<T>(
    lines: readonly (readonly [string, string])[],
    job: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { desk, acts } = this.#ports;
    const wish = {
      purpose: hsmPurpose(this.#setting('custodian'), lines),
      nearby: desk.nearby,
      virtualKeys: desk.virtualKeys,
      by: { token: this.state.opening.token },
      opened: () => this.#opened?.(),
    };
    return inDocument(acts, wish, job, signal);
  }
}

/** Durable intent, the device, durable outcome: as for whatever else a device signs here. */
async function written<T>(
  note: Desk['note'],
  about: Omit<CeremonyIntent, 'event' | 'object'>,
  object: string,
  job: () => Promise<T>,
): Promise<T> {
  if (!note) return job();
  const { ceremony, device } = about;
  await note({ event: 'ceremony-intent', ...about, object }, 'must');
  try {
    const made = await job();
    await note({ event: 'ceremony-outcome', ceremony, object, device }, 'must');
    return made;
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await note({ event: 'ceremony-failed', ceremony, object, code }, 'urgent');
    throw thrown;
  }
}

const bound = (board: CeremonyPorts['board']): CeremonyPorts['board'] => ({
  trust: () => board.trust(),
  checkpoint: () => board.checkpoint(),
  publish: (proposal, since) => board.publish(proposal, since),
});

/** Every call that asks for the PIN says in a document what it is for; reading who the HSM is asks for none. */
function seen(inner: CeremonyHsm, now: () => HeldCeremony): CeremonyHsm {
  const token = (serial: string) => ['HSM', serial] as const;
  const gives = () => ['key that gives way', now().state.opening.key] as const;
  return {
    check: (serial, signal) => inner.check(serial, signal),
    find: (serial, id, signal) =>
      now().withHsm([token(serial), gives()], (over) => inner.find(serial, id, over), signal),
    generate: (serial, id, label, signal) =>
      now().withHsm(
        [token(serial), ['key label', label], gives()],
        (over) => inner.generate(serial, id, label, over),
        signal,
      ),
    sign: (uri, message, signal) =>
      now().withHsm(
        [token(now().state.opening.token), ['signed by key', uri], gives()],
        (over) => inner.sign(uri, message, over),
        signal,
      ),
  };
}
