// What the native tests share: a virtual key in a folder of its own, operations with a deadline, and its PIN.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { TouchPolicy } from '../../contract/driver/security-key.ts';
import { SecurityKey, type AskPin } from '../../native/ctap2/security-key.ts';
import type { HidDevice } from '../../native/ctaphid/connection.ts';
import { Deadline, type Operation } from '../../native/ctaphid/deadline.ts';
import type { Profile } from '../../native/virtual/authenticator.ts';
import { presenceOf, type AskPerson } from '../../native/virtual/touch.ts';
import { VirtualKey } from '../../native/virtual/virtual-key.ts';

export const PIN = '4711-correct';
export const RP = 'signer.example';
export const clock = (): number => performance.now();
export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
export const sha256 = (text: string | Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text).digest());
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'));

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that the test's end removes. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'native-'));
  folders.push(made);
  return made;
}

export interface KeyOptions {
  readonly touch?: TouchPolicy;
  readonly ask?: AskPerson;
  readonly store?: string;
  readonly profile?: Profile;
  readonly clock?: () => number;
  readonly touchTimeoutMs?: number;
  readonly reportSize?: number;
}

/** A virtual key; by default touched at once. */
export function virtualKey(options: KeyOptions = {}): VirtualKey {
  const ask = options.ask ?? (() => Promise.reject(new Error('nobody is asked here')));
  return new VirtualKey({
    path: 'virtual:test',
    store: options.store ?? join(folder(), 'key.json'),
    presence: presenceOf(options.touch ?? 'auto', ask),
    random,
    clock: options.clock ?? clock,
    touchTimeoutMs: options.touchTimeoutMs,
    ...(options.profile ? { profile: options.profile } : {}),
    ...(options.reportSize ? { reportSize: options.reportSize } : {}),
  });
}

/** An operation with so many milliseconds, and its controls. */
export function operation(
  ms = 5000,
  signal: AbortSignal = new AbortController().signal,
  onKeepalive?: Operation['onKeepalive'],
): Operation {
  return { deadline: Deadline.in(ms, clock), signal, onKeepalive };
}

/** Answers every question with the same PIN. */
export const knows =
  (pin: string, asked: string[] = []): AskPin =>
  async ({ purpose, retries }) => {
    asked.push(`${purpose}:${retries ?? '-'}`);
    return bytesOf(pin);
  };

/** One job with the device opened for it. */
export function use<T>(
  device: HidDevice,
  job: (key: SecurityKey, op: Operation) => Promise<T>,
  ms = 5000,
): Promise<T> {
  const op = operation(ms);
  return SecurityKey.use(device, random, op, (key) => job(key, op));
}

/** Sets the PIN. */
export const setPin = (device: HidDevice, pin = PIN): Promise<void> =>
  use(device, (key, op) => key.setPin(knows(pin), op));

/** Enrols a credential. */
export function enrol(device: HidDevice, rpId = RP, pin = PIN) {
  const wanted = {
    rpId,
    rpName: rpId,
    userId: bytesOf('ann'),
    userName: 'Ann',
    clientDataHash: sha256('enrol'),
    exclude: [],
  };
  return use(device, (key, op) => key.makeCredential(wanted, knows(pin), op));
}

/** A virtual key with a PIN and one credential. */
export async function enrolledKey(options: KeyOptions = {}) {
  const key = virtualKey(options);
  await setPin(key);
  return { key, made: await enrol(key) };
}

/** A person who never answers. */
export function never<T>(): Promise<T> {
  return new Promise<T>((resolve) => {
    void resolve;
  });
}
