// Security keys: finds the one that is meant among those plugged in, and has it make one assertion.
import type { OutputOf } from '../../contract/driver/messages.ts';
import { fromBase64Url } from '../../core/bytes/base64.ts';
import type { Device } from '../../core/directory/directory.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { CallOptions, KeptDriver } from '../../ports/driver.ts';
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

type Running = Awaited<ReturnType<KeptDriver<'security-key'>['get']>>;

/** Somebody else's key that is busy, forbidden or too old must not keep this officer from their own. */
async function told<T>(asked: Promise<T>): Promise<T | DeviceFault> {
  try {
    return await asked;
  } catch (thrown) {
    if (!(thrown instanceof DeviceFault) || over.has(thrown.code)) throw thrown;
    return thrown;
  }
}

/** The plugged-in keys of this model. DeviceFault when there is none: of one that did not tell, if any. */
async function fittingOf(running: Running, device: SecurityKey, quick: CallOptions): Promise<string[]> {
  const { devices } = await running.call('list', {}, quick);
  const fitting: string[] = [];
  let silent: DeviceFault | undefined;
  for (const { path } of devices) {
    const info = await told(running.call('info', { path }, quick));
    if (info instanceof DeviceFault) silent ??= info;
    else if (info.aaguid === device.aaguid) fitting.push(path);
  }
  if (fitting.length === 0) throw silent ?? new DeviceFault('device_not_found', device.id);
  return fitting;
}

/** Of several keys of one model those that say, without a touch, that the credential is theirs. */
async function knowing(
  running: Running,
  paths: readonly string[],
  device: SecurityKey,
  rpId: string,
  quick: CallOptions,
): Promise<string[]> {
  const id = fromBase64Url(device.credentialId);
  const found: string[] = [];
  for (const path of paths) {
    const answer = await told(running.call('knows', { path, rpId, id }, quick));
    if (!(answer instanceof DeviceFault) && answer.knows) found.push(path);
  }
  return found;
}

/** The key that is meant; where several may be, the person touches it. */
async function pathOf(
  { driver, person }: SecurityKeys,
  device: SecurityKey,
  rpId: string,
  signal?: AbortSignal,
): Promise<string> {
  const running = await driver.get();
  const quick: CallOptions = { deadlineMs: QUICK_MS, signal };
  const fitting = await fittingOf(running, device, quick);
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0) return first;
  const [sure, ...alike] = await knowing(running, fitting, device, rpId, quick);
  if (sure !== undefined && alike.length === 0) return sure;
  person.phase(device.id, 'choosing');
  // Here a touch says which key is meant, not yes: the phase stays `choosing` until it was given.
  const choosing: CallOptions = {
    deadlineMs: PERSON_MS,
    signal,
    onAskTouch: (ask, over) => person.touch(ask, over),
  };
  const { path } = await running.call('select', { paths: fitting }, choosing);
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
