// The devices of officers at a terminal: found by the directory, asked for their PIN and touch, made to sign one object.
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigOf, DriverName } from '../../contract/driver/messages.ts';
import type { Proof, SignableObject } from '../../core/decision/proof.ts';
import type { Signable } from '../../core/decision/signable.ts';
import type { Device, Directory, Officer } from '../../core/directory/directory.ts';
import { officerOf } from '../../core/directory/lookup.ts';
import { LackFault, isFault } from '../../core/fault/fault.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { keepDriver, type KeptDriver } from '../../ports/driver.ts';
import { signWith } from '../../ports/hand/hsm.ts';
import type { Person } from '../../ports/hand/person.ts';
import { prove, type Hardware } from '../../ports/hand/prove.ts';
import { assertWith } from '../../ports/hand/security-key.ts';
import { Turns } from '../../ports/hand/turns.ts';
import { startOwnDriver } from '../parts.ts';

/** A PKCS#11 module: the library's absolute path, and its process's whole environment (SoftHSM wants SOFTHSM2_CONF). */
export interface Module {
  readonly module: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What is reached from here: plugged-in security keys, a folder of virtual ones (demo directories only), HSMs. */
export interface Reach {
  readonly hid: boolean;
  readonly virtual: string | null;
  readonly modules: readonly Module[];
}

export interface HandsOptions {
  readonly directory: Directory;
  readonly reach: Reach;
  readonly person: Person;
  /** Whether a wrong PIN is asked for again: only where somebody types it. */
  readonly asksAgain: boolean;
  readonly say: (text: string) => void;
}

/** One device of one officer. */
export interface Hand {
  readonly officer: Officer;
  readonly device: Device;
  /**
   * The device's proof over an object of the closed table, verified before it is returned. Rejects with DeviceFault: what
   * the device or its driver said, `cancelled` when the signal aborted. Nothing is replayed but a wrong PIN that is typed anew.
   */
  sign(name: Signable, object: SignableObject, signal?: AbortSignal): Promise<Proof>;
}

/** All devices that this terminal reaches, over one driver process for each kind. */
export interface Hands {
  /**
   * An officer's device, by its id or an HSM key's URI; without one the only device that can be reached. Throws Refusal
   * `officer_unknown`, LackFault `usage`.
   */
  of(officer: string, device?: string): Hand;
  /** Ends the driver processes: no PIN and no login outlives them. */
  close(): Promise<void>;
}

async function virtualKeys(folder: string): Promise<ConfigOf<'security-key'>['devices']> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new LackFault('file_missing', folder, cause);
  });
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      kind: 'virtual',
      path: `virtual:${basename(name, '.json')}`,
      store: resolve(join(folder, name)),
      name: basename(name, '.json'),
      touch: 'ask',
    }));
}

function kept<D extends DriverName>(
  driver: D,
  config: ConfigOf<D>,
  say: (text: string) => void,
  env: Readonly<Record<string, string>> = {},
): KeptDriver<D> {
  const onLog = (line: string): void => say(`driver: ${line}\n`);
  return keepDriver(() => startOwnDriver<D>({ driver, config, env, onLog }), {
    clock: () => performance.now(),
    sleep: (ms) => sleep(ms),
  });
}

function reaches({ hid, virtual, modules }: Reach, { kind }: Device): boolean {
  return kind === 'hsm' ? modules.length > 0 : hid || virtual !== null;
}

function deviceFor(reach: Reach, officer: Officer, wanted: string | undefined): Device {
  const fitting = officer.devices.filter((device) =>
    wanted === undefined
      ? reaches(reach, device)
      : device.id === wanted || (device.kind === 'hsm' && device.uri === wanted),
  );
  const [only, ...others] = fitting;
  if (only && others.length === 0 && reaches(reach, only)) return only;
  const known = officer.devices.map(({ id, kind }) => `${id} (${kind})`).join(', ');
  throw new LackFault('usage', `which device of ${officer.id}? The directory has: ${known || 'none'}`);
}

const wrongPin = (thrown: unknown): boolean => isFault(thrown) && thrown.code === 'pin_invalid';

function handOf(options: HandsOptions, hardware: Hardware, officer: Officer, device: Device): Hand {
  const { directory, asksAgain, say } = options;
  const wish = { crypto: nodeCrypto, hardware, rpId: directory.rpId, device };
  async function sign(name: Signable, object: SignableObject, signal?: AbortSignal): Promise<Proof> {
    try {
      return await prove(wish, name, object, signal);
    } catch (thrown) {
      if (!asksAgain || !wrongPin(thrown) || signal?.aborted === true) throw thrown;
      say('Wrong PIN.\n'); // the device itself counts the tries, and says before the next one how many are left
      return sign(name, object, signal);
    }
  }
  return { officer, device, sign };
}

/**
 * Opens what is reached from here; drivers start when they are first needed. Throws LackFault `file_missing` for the folder
 * of virtual keys, `usage` for one with a directory that is no demo's.
 */
export async function openHands(options: HandsOptions): Promise<Hands> {
  const { directory, reach, person, say } = options;
  const { hid, virtual, modules } = reach;
  if (virtual !== null && directory.environment !== 'demo')
    throw new LackFault('usage', `virtual keys are for demos; the directory is of ${directory.environment}`);
  const devices = virtual === null ? [] : await virtualKeys(virtual);
  const turns = new Turns();
  const keys = { driver: kept('security-key', { devices, hid }, say), person, turns };
  const drivers = modules.map(({ module, env }) => kept('pkcs11', { module }, say, env));
  const hardware: Hardware = {
    assert: (device, rpId, hash, signal) => assertWith(keys, device, rpId, hash, signal),
    sign: (uri, message, signal) => signWith({ drivers, person, turns }, uri, message, signal),
  };
  return {
    of(id, wanted) {
      const officer = officerOf(directory, id);
      return handOf(options, hardware, officer, deviceFor(reach, officer, wanted));
    },
    async close() {
      await Promise.all([keys.driver, ...drivers].map((driver) => driver.close()));
    },
  };
}
