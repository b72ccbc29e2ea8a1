// The officer's hardware as the rest of main sees it: what is plugged in, one assertion, one HSM signature.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { CallOptions, KeptDriver } from '../../ports/driver.ts';
import { careOf, type DeviceCare } from './care.ts';
import { Describer, type Described } from './describe.ts';
import { assertAt, makeAt, type CredentialWish, type MadeCredential } from './enrol.ts';
import { signWith } from '../../ports/hand/hsm.ts';
import type { Person } from '../../ports/hand/person.ts';
import {
  QUICK_MS,
  assertWith,
  type Assertion,
  type SecurityKey,
  type SecurityKeys,
} from '../../ports/hand/security-key.ts';
import { Turns } from '../../ports/hand/turns.ts';

export type { DeviceCare, KeyInfo } from './care.ts';
export type { Described, DescribedKey } from './describe.ts';
export type { Person, Phase } from '../../ports/hand/person.ts';

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
  /** What is connected now, each with what it says of itself; keys that were there before are not asked again. */
  describe(): Promise<Described>;
  /** Has the next `describe` ask every key anew: its PIN tries may be others now. */
  forget(): void;
  /** Why real security keys cannot be seen on this machine although they are wanted; null when they can, or are not wanted. */
  missing(): Promise<string | null>;
  /** A new credential on the key at a path; see `makeAt`. */
  makeCredential(wish: CredentialWish, signal?: AbortSignal): Promise<MadeCredential>;
  /** One assertion by the key at a path; see `assertAt`. */
  assertAt(
    path: string,
    device: SecurityKey,
    rpId: string,
    clientDataHash: Uint8Array,
    signal?: AbortSignal,
  ): Promise<Assertion>;
  /** The same devices, taking the same turns, that ask another person: sessions are signed for one who decides nothing. */
  signingFor(person: Person): Signing;
  /** Ends the driver processes: no PIN and no login outlives them. */
  close(): Promise<void>;
}

const quick: CallOptions = { deadlineMs: QUICK_MS };

/** Makes the devices over their drivers. Each device does one thing at a time; nothing is ever replayed. */
export function openDevices({ securityKeys, modules }: DeviceDrivers, person: Person): Devices {
  const turns = new Turns();
  const keysFor = (asked: Person): SecurityKeys => {
    if (!securityKeys) throw new DeviceFault('driver_missing', 'security keys');
    return { driver: securityKeys, person: asked, turns };
  };
  const describer = new Describer(securityKeys, modules);
  const signingFor = (asked: Person): Signing => ({
    assert: async (device, rpId, clientDataHash, signal) =>
      assertWith(keysFor(asked), device, rpId, clientDataHash, signal).finally(() => describer.forget()),
    sign: (uri, message, signal) =>
      signWith({ drivers: modules, person: asked, turns }, uri, message, signal),
  });
  return {
    ...signingFor(person),
    ...careOf(securityKeys && { driver: securityKeys, person, turns }),
    describe: () => turns.take('security-key', () => describer.describe()),
    forget: () => describer.forget(),
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
    async missing() {
      const keys = await (await securityKeys?.get())?.call('list', {}, quick);
      return keys?.missing ?? null;
    },
    makeCredential: async (wish, signal) => makeAt(keysFor(person), wish, signal),
    assertAt: async (path, device, rpId, clientDataHash, signal) =>
      assertAt(keysFor(person), path, device, rpId, clientDataHash, signal),
    signingFor,
    async close() {
      await securityKeys?.close();
      for (const module of modules) await module.close();
    },
  };
}
