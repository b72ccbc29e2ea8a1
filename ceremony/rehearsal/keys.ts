// The virtual security keys of a rehearsal's people: each with a PIN and a credential, by the calls that a real one gets.
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Device } from '../../core/directory/directory.ts';
import type { Driver } from '../../ports/driver.ts';
import type { ConfigOf } from '../../contract/driver/messages.ts';

const CALL_MS = 20_000;
const bytesOf = (pin: string): Uint8Array => new Uint8Array(Buffer.from(pin));

/** The driver's configuration for these officers' keys; their files lie in `folder` (0600). */
export function keyConfig(folder: string, officers: readonly string[]): ConfigOf<'security-key'> {
  const devices = officers.map((officer) => ({
    kind: 'virtual' as const,
    path: `virtual:${officer}-key`,
    store: join(folder, `${officer}-key.json`),
    name: `key of ${officer}`,
    touch: 'auto' as const,
  }));
  return { devices };
}

/** Sets the PIN and makes the credential. Rejects with DeviceFault. */
export async function enrolKey(
  driver: Driver<'security-key'>,
  rpId: string,
  officer: string,
  pin: string,
): Promise<Device> {
  const path = `virtual:${officer}-key`;
  await driver.call('set-pin', { path }, { deadlineMs: CALL_MS, pin: bytesOf(pin), newPin: bytesOf(pin) });
  const made = await driver.call(
    'make-credential',
    {
      path,
      rpId,
      userId: new Uint8Array(createHash('sha256').update(officer).digest()),
      userName: officer,
      clientDataHash: new Uint8Array(randomBytes(32)),
    },
    { deadlineMs: CALL_MS, pin: bytesOf(pin) },
  );
  return {
    kind: 'security-key',
    id: `${officer}-key`,
    key: made.publicKey,
    credentialId: Buffer.from(made.credentialId).toString('base64url'),
    aaguid: made.aaguid,
    presence: 'touch',
    attestation: 'none', // nobody vouches for a virtual key
  };
}
