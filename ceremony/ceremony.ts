// One ceremony in its folder: an append-only file of checked lines, and what people and machine may do where it stands.
import { join } from 'node:path';
import type { Role } from '../core/ceremony/script.ts';
import { stepSignable, type Did } from '../core/ceremony/step.ts';
import { kindOf, transcriptTypes, type Opening, type Transcript } from '../core/ceremony/transcript.ts';
import { checkOpening } from '../core/ceremony/verify.ts';
import type { Ground } from '../core/ceremony/verify-outputs.ts';
import { Refusal, isFault } from '../core/fault/fault.ts';
import { canonical } from '../core/json/canonical.ts';
import { parseAs } from '../core/json/schema.ts';
import { compareTimes } from '../core/name/names.ts';
import type { Trust } from '../core/trust/chain.ts';
import { lockData } from '../ports/data-lock.ts';
import { makePrivateDir, openAppend, readIfThere, type AppendFile } from '../ports/files.ts';
import { doAct } from './acts.ts';
import { actOf, advance, lastTime, missingOf, newLedger, shownAt, stepFor, type Ledger } from './ledger.ts';
import type { CeremonyPorts, CeremonyState, RunningCeremony } from './ports.ts';
import { RECORD_FILE, StepLine, parseLine, type Line } from './record.ts';

const NEWLINE = 0x0a;
const turn = (why: string): Refusal => new Refusal('ceremony_turn', why);
const broken = (line: number, cause: unknown): Refusal =>
  new Refusal('ceremony_folder', `line ${line}: ${isFault(cause) ? cause.message : String(cause)}`, cause);

function openingOf(line: Uint8Array): Opening {
  const first = parseLine(line);
  if (first.line !== 'opened') throw turn('it does not begin with an opening');
  return first.opening;
}

/** The opening of the ceremony in a folder; null where none was begun. Rejects with Refusal `ceremony_folder`. */
export async function readOpening(folder: string): Promise<Opening | null> {
  const bytes = (await readIfThere(join(folder, RECORD_FILE))) ?? new Uint8Array();
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) return null;
  try {
    return openingOf(bytes.subarray(0, end));
  } catch (thrown) {
    throw broken(1, thrown);
  }
}

function replay(ground: Ground, lines: readonly Uint8Array[]): Ledger {
  let ledger = newLedger(ground.opening);
  for (const [at, bytes] of lines.slice(1).entries()) {
    try {
      const line = parseLine(bytes);
      if (line.line === 'opened') throw turn('opened twice');
      ledger = advance(ground, ledger, line);
    } catch (thrown) {
      throw broken(at + 2, thrown);
    }
  }
  return ledger;
}

interface Parts {
  readonly ports: CeremonyPorts;
  readonly opening: Opening;
  readonly trust: Trust;
  readonly ledger: Ledger;
  readonly file: AppendFile;
  readonly unlock: () => void;
}

class Running implements RunningCeremony {
  readonly #ports: CeremonyPorts;
  readonly #opening: Opening;
  readonly #file: AppendFile;
  readonly #unlock: () => void;
  readonly #listeners = new Set<() => void>();
  #trust: Trust;
  #ledger: Ledger;
  #acting = false;
  #undone: CeremonyState['undone'] = null;
  #work: Promise<void> | undefined;
  #closed = false;

  constructor({ ports, opening, trust, ledger, file, unlock }: Parts) {
    this.#ports = ports;
    this.#opening = opening;
    this.#trust = trust;
    this.#ledger = ledger;
    this.#file = file;
    this.#unlock = unlock;
    const { plan, output } = ledger.current;
    if (plan !== null && output === null) this.#undone = { code: 'ceremony_interrupted', detail: plan.act };
  }

  state(): CeremonyState {
    const { steps, place, current } = this.#ledger;
    const { step, signatures } = current;
    const missing = missingOf(this.#ledger);
    return {
      kind: kindOf(this.#opening),
      opening: this.#opening,
      steps,
      place,
      acting: this.#acting,
      undone: this.#undone,
      deciding: current.plan?.act === 'decide-directory' ? current.plan.directory : null,
      pending: step && { step, signed: signatures.map(({ role }) => role), missing },
    };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  act(signal?: AbortSignal): Promise<void> {
    return this.#once(async () => {
      const shown = shownAt(this.#ledger);
      if (!('do' in shown) || shown.act === undefined) throw turn('people do this step, and say so');
      if (this.#ledger.current.step !== null) throw turn('what was done waits to be signed');
      const act = actOf(shown);
      if (act !== undefined && this.#ledger.current.output === null) await this.#make(act, signal);
      await this.#say('done', '');
    });
  }

  say(did: Did, reason = ''): Promise<void> {
    return this.#once(() => this.#say(did, reason));
  }

  unsay(): Promise<void> {
    return this.#once(() => this.#write({ line: 'unsaid', n: this.#n }));
  }

  sign(role: Role, signal?: AbortSignal): Promise<void> {
    return this.#once(async () => {
      const { step } = this.#ledger.current;
      const person = this.#opening.people.find((one) => one.role === role);
      if (step === null || !person) throw turn('nothing waits to be signed');
      if (!missingOf(this.#ledger).includes(role)) throw turn(`${role} does not sign it now`);
      const { officer, device } = person;
      const name = stepSignable[kindOf(this.#opening)];
      const proof = await this.#ports.hand(person, name, step, signal);
      await this.#write({ line: 'signature', n: this.#n, signature: { role, officer, device, proof } });
    });
  }

  transcript(): Transcript {
    const _type = transcriptTypes[kindOf(this.#opening)];
    return { _type, opening: this.#opening, steps: [...this.#ledger.steps] };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#work?.catch(() => undefined); // whoever asked for it hears of it
    await this.#file.close();
    this.#unlock();
  }

  get #n(): number {
    return this.#ledger.steps.length;
  }

  get #ground(): Ground {
    return { crypto: this.#ports.crypto, trust: this.#trust, opening: this.#opening };
  }

  /** One thing at a time: what is asked meanwhile is refused, not queued, for it was asked of another state. */
  async #once(job: () => Promise<void>): Promise<void> {
    if (this.#closed) throw turn('it was closed');
    if (this.#work) throw turn('something else is being done');
    this.#work = job();
    try {
      await this.#work;
    } finally {
      this.#work = undefined;
      this.#tell();
    }
  }

  async #make(act: NonNullable<ReturnType<typeof actOf>>, signal: AbortSignal | undefined): Promise<void> {
    this.#acting = true;
    this.#undone = null;
    this.#tell();
    try {
      const output = await doAct(
        {
          ports: this.#ports,
          opening: this.#opening,
          signal,
          ledger: () => this.#ledger,
          write: (line) => this.#write(line),
          trust: () => this.#refresh(),
        },
        act,
      );
      if (output.act === 'publish-directory') await this.#refresh();
      await this.#write({ line: 'made', n: this.#n, output });
    } catch (thrown) {
      this.#undone = isFault(thrown)
        ? { code: thrown.code, detail: thrown.detail }
        : { code: 'ceremony_interrupted', detail: act };
      throw thrown;
    } finally {
      this.#acting = false;
    }
  }

  async #refresh(): Promise<Trust> {
    this.#trust = await this.#ports.board.trust();
    return this.#trust;
  }

  async #say(did: Did, reason: string): Promise<void> {
    const { current } = this.#ledger;
    const at = this.#ports.now().toISOString();
    const last = lastTime(this.#ground, this.#ledger);
    if (compareTimes(at, last) < 0) throw new Refusal('ceremony_clock', `${at}, after ${last}`);
    const step = stepFor(this.#ground, this.#ledger, { did, reason, output: current.output, at });
    await this.#write({ line: 'said', n: this.#n, step });
    this.#undone = null;
  }

  /** Checks the line, puts it on disk, and only then stands there. */
  async #write(line: StepLine): Promise<void> {
    // what could not be read again must not be written
    const next = advance(this.#ground, this.#ledger, parseAs(StepLine, line));
    await append(this.#file, line);
    this.#ledger = next;
    this.#ports.wrote?.(line.line);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

async function append(file: AppendFile, line: Line): Promise<void> {
  try {
    await file.appendDurable(canonical(line));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new Refusal('ceremony_unwritable', code, cause);
  }
}

async function load(
  ports: CeremonyPorts,
  opening: Opening | null,
  lines: readonly Uint8Array[],
  file: AppendFile,
): Promise<Pick<Parts, 'opening' | 'trust' | 'ledger'>> {
  const { crypto } = ports;
  const [first] = lines;
  if (opening !== null && first) throw new Refusal('ceremony_folder', 'it holds a ceremony already');
  if (opening === null && !first) throw new Refusal('ceremony_folder', 'no ceremony was begun in it');
  const trust = await ports.board.trust();
  if (!first) {
    const begun = opening as Opening;
    checkOpening(crypto, trust, begun);
    await append(file, { line: 'opened', opening: begun });
    ports.wrote?.('opened');
    return { opening: begun, trust, ledger: newLedger(begun) };
  }
  let was: Opening;
  try {
    was = openingOf(first);
    checkOpening(crypto, trust, was);
  } catch (thrown) {
    throw broken(1, thrown);
  }
  return { opening: was, trust, ledger: replay({ crypto, trust, opening: was }, lines) };
}

/**
 * Opens a ceremony in a folder of its own (made, 0700), or takes up the one that is there (`opening` null). Every line is
 * checked again as a verifier would. Rejects with LackFault `data_locked` while another process has it, Refusal
 * `ceremony_folder` for a file that is not as it was written, whatever an opening is refused with, and the board's faults.
 */
export async function openCeremony(
  folder: string,
  opening: Opening | null,
  ports: CeremonyPorts,
): Promise<RunningCeremony> {
  await makePrivateDir(folder);
  const unlock = await lockData(folder);
  try {
    const { lines, file } = await openAppend(join(folder, RECORD_FILE));
    try {
      return new Running({ ports, file, unlock, ...(await load(ports, opening, lines, file)) });
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}
