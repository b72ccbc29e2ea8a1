// The officer's hardware as the rest of main sees it: what is plugged in, one assertion, one HSM signature.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { CallOptions, KeptDriver } from '../../ports/driver.ts';
import { careOf, type DeviceCare } from './care.ts';
import { signWith } from './hsm.ts';
import type { Person } from './person.ts';
import { QUICK_MS, assertWith, type Assertion, type SecurityKey } from './security-key.ts';
import { Turns } from './turns.ts';

export type { DeviceCare, KeyInfo, MadeCredential, NewCredential } from './care.ts';
export type { Person, Phase } from './person.ts';

/** Drivers that are started when they are first needed. */
export interface DeviceDrivers {
  readonly securityKeys: KeptDriver<'security-key'> | null;
  readonly modules: readonly KeptDriver<'pkcs11'>[];
}

/** One thing that is connected, for a list that a person reads. Texts are the device's own: data, never markup. */
export type Connected =
  | {
      readonly kind: 'security-key';
      readonly path: string;
      readonly product: string;
      readonly virtual: boolean;
    }
  | { readonly kind: 'hsm'; readonly serial: string; readonly label: string; readonly model: string };

/** One device signs one thing: what authorizing is given of the hardware. */
export interface Signing {
  /** One assertion by the enrolled credential; see `assertWith`. */
  assert(
    device: SecurityKey,
    rpId: string,
    clientDataHash: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Assertion>;
  /** One signature (DER) over the whole message; see `signWith`. */
  sign(uri: string, message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}

export interface Devices extends Signing, DeviceCare {
  /** What is connected now. Rejects with DeviceFault when a driver cannot say. */
  list(): Promise<Connected[]>;
  /** The same devices, taking the same turns, that ask another person: sessions are signed for one who decides nothing. */
  signingFor(person: Person): Signing;
  /** Ends the driver processes: no PIN and no login outlives them. */
  close(): Promise<void>;
}

const quick: CallOptions = { deadlineMs: QUICK_MS };

/** Makes the devices over their drivers. Each device does one thing at a time; nothing is ever replayed. */
export function openDevices({ securityKeys, modules }: DeviceDrivers, person: Person): Devices {
  const turns = new Turns();
  const signingFor = (asked: Person): Signing => ({
    assert(device, rpId, clientDataHash, signal) {
      if (!securityKeys) return Promise.reject(new DeviceFault('driver_missing', 'security keys'));
      return assertWith({ driver: securityKeys, person: asked, turns }, device, rpId, clientDataHash, signal);
    },
    sign: (uri, message, signal) =>
      signWith({ drivers: modules, person: asked, turns }, uri, message, signal),
  });
  return {
    ...signingFor(person),
    ...careOf(securityKeys && { driver: securityKeys, person, turns }),
    async list() {
      const found: Connected[] = [];
      const keys = await (await securityKeys?.get())?.call('list', {}, quick);
      for (const { path, product, virtual } of keys?.devices ?? [])
        found.push({ kind: 'security-key', path, product, virtual });
      for (const module of modules) {
        const { tokens } = await (await module.get()).call('tokens', {}, quick);
        for (const { serial, label, model } of tokens) found.push({ kind: 'hsm', serial, label, model });
      }
      return found;
    },
    signingFor,
    async close() {
      await securityKeys?.close();
      for (const module of modules) await module.close();
    },
  };
}
