// The acts that are about the officer and their devices: signing in, enrolling a key, its PIN, a version of the directory.
import type { Purpose } from '../../../contract/ipc/act.ts';
import type { Device } from '../../../core/directory/directory.ts';
import { deviceOf, keyNamed, officerOf } from '../../../core/directory/lookup.ts';
import { DeviceFault, Refusal } from '../../../core/fault/fault.ts';
import type { Delivery } from '../../evidence/deliver.ts';
import { spoken } from './about.ts';
import type { Nearby } from './nearby.ts';
import { ARMING_MS, READING, checkPlain, ownDevices } from './plans.ts';
import type { ActsPorts, Plan } from './ports.ts';

type DirectoryPurpose = Extract<Purpose, { purpose: 'directory' }>;

/** A proposed version of the directory as this Console verified it, and how this officer signs it. */
export interface DirectoryWish extends Omit<DirectoryPurpose, 'purpose' | 'digest'> {
  readonly digest: string;
  /** Signs with this device and hands it to the Signer; a delivery that waits says why. Rejects: then nothing was signed. */
  readonly sign: (device: string, signal: AbortSignal) => Promise<Delivery | null>;
}

const PLAIN = { width: 500, height: 440 } as const;
const SUSPENDING = { width: 520, height: 600 } as const;

const plain = {
  requestId: null,
  expires: null,
  check: checkPlain,
  virtualKey: (device: string) => device,
  missing: () => null,
} as const;

/** Signs a session: the only act that the link itself asks for. */
export function signInPlan(ports: ActsPorts, nearby: Nearby): Plan {
  const { officer, machine, device, words, signer } = ports;
  /** Before the first directory nothing is known of the device but its id. */
  const own = (): readonly Device[] => ownDevices(ports).filter(({ id }) => id === device);
  return {
    ...plain,
    subject: 'sign-in',
    arming: 0,
    title: 'sign-in',
    size: PLAIN,
    what: () => ({ purpose: 'sign-in', officer, machine, signer: spoken(words, signer) }),
    devices: async () => {
      const [known, ...others] = await nearby.of(own(), () => null);
      return known && others.length === 0 ? [known] : [await nearby.unknown(device)];
    },
    run: async ({ signal }) => {
      try {
        await ports.console().signIn(signal);
      } catch (thrown) {
        if (signal.aborted) throw new DeviceFault('cancelled', 'the sign-in', undefined, thrown);
        throw thrown;
      }
      return null;
    },
  };
}

/** Makes a credential on the key at this path, then proposes a directory that knows it under this id. */
export function enrolPlan(
  ports: ActsPorts,
  nearby: Nearby,
  path: string,
  device: string,
  product: string,
): Plan {
  const { officer } = ports;
  return {
    ...plain,
    subject: `enrol ${path}`,
    arming: 0,
    title: 'device',
    size: PLAIN,
    virtualKey: () => path,
    what: () => ({ purpose: 'enrol', officer, device, product }),
    devices: async () => [await nearby.at(path, device)],
    run: async ({ signal }) => {
      await ports.enrol(path, device, signal);
      return null;
    },
  };
}

/** Sets the first PIN of the key at this path, or changes the one it has. */
export function pinPlan(
  ports: ActsPorts,
  nearby: Nearby,
  path: string,
  product: string,
  change: boolean,
): Plan {
  return {
    ...plain,
    subject: `set-pin ${path}`,
    arming: 0,
    title: 'device',
    size: PLAIN,
    virtualKey: () => path,
    what: () => ({ purpose: 'set-pin', product, change }),
    devices: async () => [await nearby.at(path, 'security-key')],
    run: async ({ signal }) => {
      const { care } = ports.console();
      await (change ? care.changePin(path, signal) : care.setPin(path, signal));
      return null;
    },
  };
}

/** Signs a proposed version of the directory with any device of this officer's. */
export function directoryPlan(
  ports: ActsPorts,
  nearby: Nearby,
  { sign, digest, ...wish }: DirectoryWish,
): Plan {
  return {
    ...plain,
    subject: `directory ${digest}`,
    arming: ARMING_MS,
    title: 'authorize',
    size: READING,
    what: () => ({ purpose: 'directory', ...wish, digest: spoken(ports.words, digest) }),
    devices: () => nearby.of(ownDevices(ports), () => null),
    run: async ({ device, signal }) => {
      const directory = ports.console().trust?.latest;
      if (directory) deviceOf(officerOf(directory, ports.officer), device.device);
      return sign(device.device, signal);
    },
  };
}

/** Orders a key of the Signer suspended, with any device of this officer's. Throws Refusal `key_unknown`, `key_use`. */
export function suspendPlan(ports: ActsPorts, nearby: Nearby, key: string): Plan {
  const { officer, words, signer } = ports;
  const latest = ports.console().trust?.latest;
  if (!latest) throw new Refusal('directory_invalid', 'no directory is known yet');
  const { use } = keyNamed(latest, key);
  if (use !== 'release') throw new Refusal('key_use', `${key} is the ${use} key`);
  return {
    ...plain,
    subject: `suspend ${key}`,
    arming: ARMING_MS,
    title: 'authorize',
    size: SUSPENDING,
    check: ({ verdict, reason }) => {
      checkPlain({ verdict, reason: '' });
      if (reason.trim() === '') throw new Refusal('reason_missing', key);
    },
    what: () => ({ purpose: 'suspend', key, officer, signer: spoken(words, signer) }),
    devices: () => nearby.of(ownDevices(ports), () => null),
    run: async ({ device, reason, signal }) => {
      await ports.console().suspendKey({ key, reason: reason.trim(), device: device.device }, signal);
      return null;
    },
  };
}
