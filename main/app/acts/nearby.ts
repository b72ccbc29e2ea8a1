// Which of an officer's devices are within reach: what the directory knows of them, held against what is plugged in.
import type { ActDevice } from '../../../contract/ipc/act.ts';
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Device } from '../../../core/directory/directory.ts';
import { isFault } from '../../../core/fault/fault.ts';
import type { Connected } from '../../devices/devices.ts';
import { attributeOf } from '../../../ports/hand/hsm.ts';
import type { ActingConsole } from './ports.ts';
import { told } from './outcome.ts';

type Key = Extract<Connected, { kind: 'security-key' }>;

/** Why a device may not be used for this, by a check of the caller's own; null when it may. */
export type Forbids = (device: Device) => Fault | null;

/** Stands for the token of a held key, which the directory knows by its key's name only. */
export const HELD_KEY = 'held-key';

const notFound = (device: string): Fault => ({ code: 'device_not_found', detail: device });

/** One step whose fault becomes a value. */
async function attempt<T>(step: () => Promise<T>): Promise<T | Fault> {
  try {
    return await step();
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return told(thrown);
  }
}

export class Nearby {
  readonly #console: () => Pick<ActingConsole, 'devices' | 'care'>;
  readonly #drawn: (device: string) => boolean;
  readonly #models = new Map<string, string>();

  /** `drawn`: whether a device of this id, or a key of this name, is one that the demo draws. */
  constructor(console: () => Pick<ActingConsole, 'devices' | 'care'>, drawn: (device: string) => boolean) {
    this.#console = console;
    this.#drawn = drawn;
  }

  /** What is plugged in, or why that cannot be said. */
  list(): Promise<Connected[] | Fault> {
    return attempt(() => this.#console().devices());
  }

  /** The devices in the directory's order, each with why it cannot be used now, if it cannot. */
  async of(devices: readonly Device[], forbids: Forbids): Promise<ActDevice[]> {
    const connected = await this.list();
    const found = Array.isArray(connected) ? connected : [];
    const keys = found.filter((one): one is Key => one.kind === 'security-key');
    const models = await this.#modelsOf(keys);
    return devices.map((device) => {
      const here =
        device.kind === 'security-key'
          ? keys.filter(({ path }) => models.get(path) === device.aaguid)
          : found.filter((one) => one.kind === 'hsm' && isToken(device.uri, one));
      const why = Array.isArray(connected) ? notFound(device.id) : connected;
      const fault = forbids(device) ?? (here.length > 0 ? null : why);
      const { virtual, ...rest } = described(device, here);
      return { ...rest, virtual: virtual || this.#drawn(device.id), fault };
    });
  }

  /** One security key by its path, for an act on the key itself. */
  async at(path: string, device: string): Promise<ActDevice> {
    const connected = await this.list();
    const found = Array.isArray(connected) ? connected : [];
    const key = found.find((one): one is Key => one.kind === 'security-key' && one.path === path);
    const why = Array.isArray(connected) ? notFound(device) : connected;
    return {
      device,
      kind: 'security-key',
      name: (key?.product ?? path).slice(0, 512),
      virtual: key?.virtual ?? false,
      present: key !== undefined,
      presence: 'touch',
      fault: key ? null : why,
    };
  }

  /** The token that holds a key of this name, for an act of that key alone: no device of the directory. */
  async token(uri: string): Promise<ActDevice> {
    const connected = await this.list();
    const found = Array.isArray(connected) ? connected : [];
    const token = found.find((one) => one.kind === 'hsm' && isToken(uri, one));
    const label = attributeOf(uri, 'token') ?? attributeOf(uri, 'serial') ?? 'HSM';
    const why = Array.isArray(connected) ? notFound(label) : connected;
    return {
      device: HELD_KEY,
      kind: 'hsm',
      name: (token ? nameOf(token) : label).slice(0, 512),
      virtual: this.#drawn(uri),
      present: token !== undefined,
      presence: 'pin',
      fault: token ? null : why,
    };
  }

  /** A device of which only the id is known, before the first directory came: the attempt will tell. */
  async unknown(device: string): Promise<ActDevice> {
    const connected = await this.list();
    const keys = Array.isArray(connected) ? connected.filter(({ kind }) => kind === 'security-key') : [];
    const virtual = keys.some((key) => key.kind === 'security-key' && key.virtual);
    const base = { device, kind: 'security-key', name: device, presence: 'touch' } as const;
    return { ...base, virtual, present: keys.length > 0, fault: null };
  }

  /** Each key's model, asked for once while it stays plugged in: it costs traffic, and never changes. */
  async #modelsOf(keys: readonly Key[]): Promise<Map<string, string>> {
    for (const path of this.#models.keys())
      if (!keys.some((key) => key.path === path)) this.#models.delete(path);
    for (const { path } of keys) {
      if (this.#models.has(path)) continue;
      const info = await attempt(() => this.#console().care.info(path));
      if ('aaguid' in info) this.#models.set(path, info.aaguid);
    }
    return this.#models;
  }
}

function isToken(uri: string, token: Extract<Connected, { kind: 'hsm' }>): boolean {
  const serial = attributeOf(uri, 'serial') ?? token.serial;
  const label = attributeOf(uri, 'token') ?? token.label;
  return serial === token.serial && label === token.label;
}

/** Its product's name when exactly one fits; of several of one model the touch will say which. */
function described(device: Device, here: readonly Connected[]): Omit<ActDevice, 'fault'> {
  const [only, ...others] = here;
  const name = only && others.length === 0 ? nameOf(only) : device.id;
  return {
    device: device.id,
    kind: device.kind,
    name: name.slice(0, 512),
    virtual: here.some((one) => one.kind === 'security-key' && one.virtual),
    present: only !== undefined,
    presence: device.presence,
  };
}

const nameOf = (one: Connected): string => (one.kind === 'security-key' ? one.product : one.label);
