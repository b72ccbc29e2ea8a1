// A security key that is new: a credential is made on it, and it asserts by that one, at the path where it is plugged in.
import type { InputOf, OutputOf } from '../../contract/driver/messages.ts';
import { fromBase64Url } from '../../core/bytes/base64.ts';
import {
  withPerson,
  type Assertion,
  type SecurityKey,
  type SecurityKeys,
} from '../../ports/hand/security-key.ts';

export type CredentialWish = InputOf<'security-key', 'make-credential'>;
export type MadeCredential = OutputOf<'security-key', 'make-credential'>;

/** Makes a credential (CTAP 2.1, 6.1). Rejects with DeviceFault: `credential_excluded`, `pin_not_set`, `device_full` and others. */
export async function makeAt(
  { driver, person, turns }: SecurityKeys,
  wish: CredentialWish,
  signal?: AbortSignal,
): Promise<MadeCredential> {
  const { path } = wish;
  person.phase(path, 'looking');
  return turns.take(
    'security-key',
    async () => {
      const running = await driver.get();
      const made = await running.call('make-credential', wish, withPerson(person, path, signal));
      person.phase(path, 'done');
      return made;
    },
    signal,
  );
}

/** One assertion by a credential of the key at `path`, whichever other keys are plugged in. Rejects with DeviceFault. */
export async function assertAt(
  { driver, person, turns }: SecurityKeys,
  path: string,
  device: SecurityKey,
  rpId: string,
  clientDataHash: Uint8Array,
  signal?: AbortSignal,
): Promise<Assertion> {
  return turns.take(
    'security-key',
    async () => {
      const allow = [{ id: fromBase64Url(device.credentialId), publicKey: device.key }];
      const running = await driver.get();
      const input = { path, rpId, clientDataHash, allow };
      const made = await running.call('get-assertion', input, withPerson(person, path, signal));
      person.phase(path, 'done');
      return made;
    },
    signal,
  );
}
