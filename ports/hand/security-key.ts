// Security keys: finds the one that is meant among those plugged in, and has it make one assertion.
import type { OutputOf } from '../../contract/driver/messages.ts';
import { fromBase64Url } from '../../core/bytes/base64.ts';
import type { Device } from '../../core/directory/directory.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { CallOptions, Driver, KeptDriver } from '../driver.ts';
import type { Person } from './person.ts';
import type { Turns } from './turns.ts';

export type SecurityKey = Extract<Device, { kind: 'security-key' }>;
export type Assertion = OutputOf<'security-key', 'get-assertion'>;

/** Milliseconds for a call that waits for a person, and for one that does not. */
export const PERSON_MS = 120_000;
export const QUICK_MS = 10_000;

/** What a call with a person in it needs. */
export function withPerson(person: Person, device: string, signal?: AbortSignal): CallOptions {
  return {
    deadlineMs: PERSON_MS,
    signal,
    pin: (wanted, over) => {
      person.phase(device, 'pin');
      return person.pin(device, wanted, over);
    },
    onKeepalive: (status) => person.phase(device, status),
    onAskTouch: (ask, over) => {
      person.phase(device, 'touch');
      return person.touch(ask, over);
    },
  };
}

export interface SecurityKeys {
  readonly driver: KeptDriver<'security-key'>;
  readonly person: Person;
  readonly turns: Turns;
}

/** After these the call is over, whichever device said so. */
const over: ReadonlySet<string> = new Set(['cancelled', 'driver_exited', 'driver_protocol', 'driver_failed']);

/** What a key answered, or its fault: a busy, forbidden or old key of somebody else must not keep this officer from their own. */
async function told<T>(asked: Promise<T>): Promise<T | DeviceFault> {
  try {
    return await asked;
  } catch (thrown) {
    if (!(thrown instanceof DeviceFault) || over.has(thrown.code)) throw thrown;
    return thrown;
  }
}

/** The plugged-in keys of this model. */
async function ofModel(
  running: Driver<'security-key'>,
  { id, aaguid }: SecurityKey,
  quick: CallOptions,
): Promise<string[]> {
  const { devices } = await running.call('list', {}, quick);
  const fitting: string[] = [];
  let silent: DeviceFault | undefined;
  for (const { path } of devices) {
    const info = await told(running.call('info', { path }, quick));
    if (info instanceof DeviceFault) silent ??= info;
    else if (info.aaguid === aaguid) fitting.push(path);
  }
  if (fitting.length === 0) throw silent ?? new DeviceFault('device_not_found', id);
  return fitting;
}

/** Of several keys of one model those that have the credential, or that do not say whether they do. */
async function withCredential(
  running: Driver<'security-key'>,
  paths: readonly string[],
  device: SecurityKey,
  rpId: string,
  quick: CallOptions,
): Promise<string[]> {
  const allow = [fromBase64Url(device.credentialId)];
  const silent: string[] = [];
  for (const path of paths) {
    const answer = await told(running.call('holds', { path, rpId, allow }, quick));
    const holds = answer instanceof DeviceFault ? null : answer.holds;
    if (holds === true) return [path];
    if (holds === null) silent.push(path);
  }
  if (silent.length === 0) throw new DeviceFault('no_credential', device.id);
  return silent;
}

/** Where the enrolled key is plugged in; of those that do not tell themselves apart the person touches the one meant. */
async function pathOf(
  { driver, person }: SecurityKeys,
  device: SecurityKey,
  rpId: string,
  signal?: AbortSignal,
): Promise<string> {
  const running = await driver.get();
  const quick: CallOptions = { deadlineMs: QUICK_MS, signal };
  const fitting = await ofModel(running, device, quick);
  const likely = fitting.length === 1 ? fitting : await withCredential(running, fitting, device, rpId, quick);
  const [only, ...others] = likely;
  if (only !== undefined && others.length === 0) return only;
  person.phase(device.id, 'choosing');
  // Here a touch says which key is meant, not yes: the phase stays `choosing` until it was given.
  const choosing: CallOptions = {
    deadlineMs: PERSON_MS,
    signal,
    onAskTouch: (ask, over) => person.touch(ask, over),
  };
  const { path } = await running.call('select', { paths: likely }, choosing);
  person.phase(device.id, 'looking');
  return path;
}

/**
 * One assertion (CTAP 2.1, 6.2) by the enrolled credential over `clientDataHash` (32 bytes). Rejects with DeviceFault.
 * A driver that goes away fails the call with `driver_exited`; the call is not made again.
 */
export async function assertWith(
  keys: SecurityKeys,
  device: SecurityKey,
  rpId: string,
  clientDataHash: Uint8Array,
  signal?: AbortSignal,
): Promise<Assertion> {
  const { driver, person, turns } = keys;
  person.phase(device.id, 'looking');
  return turns.take(
    'security-key',
    async () => {
      const path = await pathOf(keys, device, rpId, signal);
      const allow = [{ id: fromBase64Url(device.credentialId), publicKey: device.key }];
      const running = await driver.get();
      const made = await running.call(
        'get-assertion',
        { path, rpId, clientDataHash, allow },
        withPerson(person, device.id, signal),
      );
      person.phase(device.id, 'done');
      return made;
    },
    signal,
  );
}
