// The ceremonies room of main: those in this Console's folder, each held at its desk, and what the window asks of them.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readOpening } from '../../../ceremony/ceremony.ts';
import { newUlid } from '../../../ceremony/opening.ts';
import { makeRehearsal } from '../../../ceremony/rehearsal/rehearsal.ts';
import { softHsmLibrary } from '../../../ceremony/rehearsal/soft-hsm.ts';
import type {
  BeginCeremony,
  Candidate,
  Ceremonies,
  CeremonyChecked,
  CeremonyRow,
  CeremonyShown,
  ScriptCard,
} from '../../../contract/ipc/ceremony.ts';
import { replaceable } from '../../../core/ceremony/rotation.ts';
import type { Script } from '../../../core/ceremony/script.ts';
import { renderTranscript } from '../../../core/ceremony/text.ts';
import { kindOf, type Opening } from '../../../core/ceremony/transcript.ts';
import { verifyTranscript, type CeremonyVerdict } from '../../../core/ceremony/verify.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { CallerFault, LackFault, Refusal, isFault } from '../../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { makePrivateDir } from '../../../ports/files.ts';
import type { SignerPlace } from '../../../contract/stored/console-settings.ts';
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Trust } from '../../../core/trust/chain.ts';
import type { Person } from '../../devices/devices.ts';
import type { Shell } from '../../shell/shell.ts';
import type { VirtualKeys, VirtualKeysPorts } from '../acts/virtual-keys.ts';
import { beginning, faultOf } from '../snapshots/common.ts';
import { rehearsalDesk, realDesk, starterOf, type Desk, type OwnHardware } from './desk.ts';
import type { ActsForCeremonies } from './document.ts';
import { HeldCeremony } from './held.ts';
import { machine } from './machine.ts';
import { cardOf, rowOf, shownOf } from './shown.ts';

/** What the room is given. `folder`: where ceremonies of this Console lie. `lock`: why nothing may be decided here now. */
export interface RoomPorts {
  readonly folder: string;
  readonly shell: Pick<Shell, 'open' | 'driver'>;
  readonly scripts: readonly Script[];
  readonly acts: ActsForCeremonies;
  readonly person: Person;
  readonly look: VirtualKeysPorts['look'];
  readonly virtualKeys: VirtualKeys | null;
  readonly own: OwnHardware;
  readonly place: () => SignerPlace | null;
  readonly trust: () => Trust | null;
  readonly lock: () => Fault | null;
  readonly tokens: () => readonly { readonly serial: string; readonly label: string }[];
  readonly changed: () => void;
  /** The room is closed: what was brought for ceremonies alone goes too. */
  readonly closed?: () => Promise<void>;
  /** Told of what is not one of our faults: a defect. */
  readonly failed: (thrown: unknown) => void;
}

/** One of them. `held` undefined: not opened yet, or it could not be; then `fault` says why. */
interface Entry {
  readonly folder: string;
  readonly opening: Opening;
  revision: number;
  held: HeldCeremony | undefined;
  fault: Fault | null;
  opened: Promise<HeldCeremony> | undefined;
}

const WORLD = 'world';
const RECORD = 'record';

/** One step whose fault becomes a value. */
function faultIn(step: () => void): Fault | null {
  try {
    step();
    return null;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return faultOf(thrown);
  }
}

const isReplaceable =
  (directory: Directory) =>
  ({ name }: { name: string }): boolean =>
    faultIn(() => void replaceable(directory, name)) === null;

function candidatesOf({ officers, change }: Directory): Candidate[] {
  return officers.map(({ id, name, roles, devices }) => ({
    officer: id,
    name,
    changes: change.roles.some(({ role }) => roles.includes(role)),
    // operator and custodian sign the version too, with a device that counts for that
    devices: devices
      .filter(({ presence }) => change.presence.includes(presence))
      .map(({ id: device, kind }) => ({ device, kind })),
  }));
}

export class CeremonyRoom {
  readonly #ports: RoomPorts;
  readonly #cards: readonly ScriptCard[];
  readonly #entries = new Map<string, Entry>();
  #soft: Fault | null = null;

  constructor(ports: RoomPorts) {
    this.#ports = ports;
    this.#cards = ports.scripts.map((script) => cardOf(machine.crypto, script));
  }

  /** Finds those that lie in the folder, and takes up each; one that cannot be is shown with why. */
  async load(): Promise<void> {
    const { folder, failed } = this.#ports;
    this.#soft = faultIn(() => void softHsmLibrary());
    await makePrivateDir(folder);
    for (const name of (await readdir(folder)).sort()) {
      try {
        const opening = await readOpening(join(folder, name, RECORD));
        if (opening) this.#add(join(folder, name), opening);
      } catch (thrown) {
        failed(thrown);
      }
    }
    this.#ports.changed();
    for (const entry of this.#entries.values()) await this.#held(entry).catch(() => undefined); // its row says why
  }

  snapshot(revision: number): Ceremonies {
    const { trust, tokens } = this.#ports;
    const directory = trust()?.latest;
    const keys = directory ? directory.keys.filter(isReplaceable(directory)).map(({ name }) => name) : [];
    return {
      revision,
      scripts: [...this.#cards],
      list: [...this.#entries.values()]
        .map((entry) => this.#row(entry))
        .sort((a, b) => b.openedAt.localeCompare(a.openedAt))
        .slice(0, 500),
      people: directory ? candidatesOf(directory) : [],
      keys: keys.sort((a, b) => Number(b.startsWith('pkcs11:')) - Number(a.startsWith('pkcs11:'))),
      tokens: tokens().map(({ serial, label }) => ({ serial, label: beginning(label, 512) })),
      real: this.#whyNot(keys.length),
      rehearsal: this.#soft,
    };
  }

  async begin(wish: BeginCeremony): Promise<string> {
    const script = this.#ports.scripts.find((one) => digestOf(machine.crypto, one) === wish.script);
    if (!script) throw new CallerFault('not_found', wish.script);
    if (wish.kind === 'real') this.#checkReal();
    const folder = join(this.#ports.folder, newUlid(Date.now(), machine.random(10)));
    const record = join(folder, RECORD);
    await mkdir(folder, { mode: 0o700 });
    const held =
      wish.kind === 'real'
        ? await this.#beginReal(record, script, wish)
        : await this.#rehearse(folder, record, script, wish.overlapDays);
    const { opening } = held.state;
    const entry = this.#add(folder, opening);
    entry.held = held;
    entry.opened = Promise.resolve(held);
    this.#changed(opening.ceremony);
    return opening.ceremony;
  }

  async show(ceremony: string): Promise<CeremonyShown> {
    const entry = this.#entry(ceremony);
    const held = await this.#held(entry);
    const { crypto } = machine;
    const { revision } = entry;
    const showing = {
      crypto,
      revision,
      busy: held.busy,
      nameOf: (officer: string) => held.nameOf(officer),
      changesOf: (next: Directory) => held.changesOf(next),
    };
    return shownOf(showing, held.state);
  }

  /** The ceremony itself, opened. CallerFault `not_found`; or why it cannot be opened. */
  open(ceremony: string): Promise<HeldCeremony> {
    return this.#held(this.#entry(ceremony));
  }

  /** Checked as anybody else would check the file, against the chain in force. */
  async verify(ceremony: string): Promise<CeremonyChecked> {
    const held = await this.open(ceremony);
    const { steps } = held.transcript();
    const signatures = steps.reduce((sum, step) => sum + step.signatures.length, 0);
    const counted = { steps: steps.length, signatures };
    try {
      const { outcome, exceptions, newKey, directory } = await this.#verdict(held);
      return { ...counted, outcome, exceptions: exceptions.length, newKey, directory, fault: null };
    } catch (thrown) {
      if (!isFault(thrown) || thrown.kind === 'wire') throw thrown;
      const nothing = { outcome: null, exceptions: 0, newKey: null, directory: null };
      return { ...counted, ...nothing, fault: faultOf(thrown) };
    }
  }

  /** The transcript, as it is kept and as people read it. Rejects with what it fails verification with. */
  async transcript(ceremony: string): Promise<{ readonly json: Uint8Array; readonly text: string }> {
    const held = await this.open(ceremony);
    const transcript = held.transcript();
    return { json: canonical(transcript), text: renderTranscript(transcript, await this.#verdict(held)) };
  }

  async close(): Promise<void> {
    for (const { held } of this.#entries.values()) await held?.close();
    await this.#ports.closed?.();
  }

  async #verdict(held: HeldCeremony): Promise<CeremonyVerdict> {
    const written = parseCanonical(canonical(held.transcript()));
    return verifyTranscript(machine.crypto, await held.trust(), held.state.kind, written);
  }

  /** Where nothing can be written down nothing is begun that counts. */
  #checkReal(): void {
    const { trust, lock, place } = this.#ports;
    if (!place()) throw new LackFault('not_configured');
    if (!trust()) throw new LackFault('directory_missing');
    const locked = lock();
    if (locked) throw new Refusal('journal_unwritable', locked.detail);
  }

  #whyNot(keys: number): Fault | null {
    const { trust, lock, place } = this.#ports;
    if (!place()) return { code: 'not_configured', detail: '' };
    if (!trust()) return { code: 'directory_missing', detail: '' };
    return lock() ?? (keys === 0 ? { code: 'key_use', detail: 'no release key is active' } : null);
  }

  async #beginReal(record: string, script: Script, wish: Extract<BeginCeremony, { kind: 'real' }>) {
    const desk = this.#realDesk(wish.token);
    const { kind, people, key, token, overlapDays } = wish;
    return this.#hold(record, desk, { kind, script, people, key, token, overlapDays });
  }

  async #rehearse(folder: string, record: string, script: Script, overlapDays: number) {
    const world = join(folder, WORLD);
    const { shell } = this.#ports;
    const { people, key, token } = await makeRehearsal(world, machine, starterOf(shell));
    const wish = { kind: 'rehearsal', script, people, key, token, overlapDays } as const;
    return this.#hold(record, await this.#rehearsalDesk(folder), wish);
  }

  async #hold(record: string, desk: Desk, wish: Parameters<typeof HeldCeremony.open>[1]) {
    const { acts, person } = this.#ports;
    const known: { id?: string } = {};
    const changed = (): void => void (known.id !== undefined && this.#changed(known.id));
    try {
      const held = await HeldCeremony.open(record, wish, { acts, person, desk, changed });
      known.id = held.state.opening.ceremony;
      return held;
    } catch (thrown) {
      await desk.close();
      throw thrown;
    }
  }

  #realDesk(token: string): Desk {
    const { own, virtualKeys, place } = this.#ports;
    const where = place();
    if (!where) throw new LackFault('not_configured');
    return realDesk(own, virtualKeys, where, token);
  }

  #rehearsalDesk(folder: string): Promise<Desk> {
    const { shell, person, look } = this.#ports;
    return rehearsalDesk(join(folder, WORLD), shell, person, look);
  }

  #add(folder: string, opening: Opening): Entry {
    const entry: Entry = {
      folder,
      opening,
      revision: 0,
      held: undefined,
      fault: null,
      opened: undefined,
    };
    this.#entries.set(opening.ceremony, entry);
    return entry;
  }

  #entry(ceremony: string): Entry {
    const entry = this.#entries.get(ceremony);
    if (!entry) throw new CallerFault('not_found', ceremony);
    return entry;
  }

  /** Opened once; after a failure the next who asks tries again. */
  #held(entry: Entry): Promise<HeldCeremony> {
    entry.opened ??= this.#take(entry);
    return entry.opened;
  }

  async #take(entry: Entry): Promise<HeldCeremony> {
    const { folder, opening } = entry;
    try {
      const rehearsal = kindOf(opening) === 'rehearsal';
      const desk = rehearsal ? await this.#rehearsalDesk(folder) : this.#realDesk(opening.token);
      const held = await this.#hold(join(folder, RECORD), desk, null);
      entry.held = held;
      entry.fault = null;
      return held;
    } catch (thrown) {
      entry.opened = undefined;
      entry.fault = isFault(thrown) ? faultOf(thrown) : { code: 'internal', detail: '' };
      if (!isFault(thrown)) this.#ports.failed(thrown);
      throw thrown;
    } finally {
      this.#changed(opening.ceremony);
    }
  }

  #changed(ceremony: string): void {
    const entry = this.#entries.get(ceremony);
    if (entry) entry.revision += 1;
    this.#ports.changed();
  }

  #row({ revision, opening, held, fault }: Entry): CeremonyRow {
    if (held) return rowOf(revision, held.state);
    const { ceremony, script, openedAt } = opening;
    const at = fault?.code === 'ceremony_folder' ? 'broken' : 'running';
    return {
      revision,
      ceremony,
      kind: kindOf(opening),
      title: script.title,
      openedAt,
      at,
      step: null,
      sealed: 0,
      fault,
    };
  }
}
