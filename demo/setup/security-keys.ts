// Virtual security keys for the officers: each gets a PIN and a credential, by the same CTAP2 calls that a real one gets.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Device } from '../../core/directory/directory.ts';
import { startDriver, type Driver } from '../../ports/driver.ts';
import type { Crew } from '../crew/crew.ts';

/** An enrolled key: where its virtual silicon lies, its PIN, and how the directory names it. */
export interface EnrolledKey {
  readonly path: string;
  readonly store: string;
  readonly name: string;
  readonly pin: string;
  readonly device: Extract<Device, { kind: 'security-key' }>;
}

const CALL_MS = 20_000;

const pinBytes = (pin: string): Uint8Array => new Uint8Array(Buffer.from(pin));

async function enrol(
  driver: Driver<'security-key'>,
  rpId: string,
  officer: string,
  draft: Omit<EnrolledKey, 'device'>,
): Promise<EnrolledKey> {
  const { path, pin } = draft;
  await driver.call('set-pin', { path }, { deadlineMs: CALL_MS, pin: pinBytes(pin), newPin: pinBytes(pin) });
  const made = await driver.call(
    'make-credential',
    {
      path,
      rpId,
      userId: new Uint8Array(createHash('sha256').update(officer).digest()),
      userName: officer,
      clientDataHash: new Uint8Array(randomBytes(32)),
    },
    { deadlineMs: CALL_MS, pin: pinBytes(pin) },
  );
  return {
    ...draft,
    device: {
      kind: 'security-key',
      id: `${officer}-key`,
      key: made.publicKey,
      credentialId: Buffer.from(made.credentialId).toString('base64url'),
      aaguid: made.aaguid,
      presence: 'touch',
      attestation: 'none', // nobody vouches for a virtual key
    },
  };
}

/** Makes and enrols one virtual key for each officer; their files lie in `folder` (0600). */
export async function enrolKeys(
  crew: Crew,
  folder: string,
  rpId: string,
  officers: readonly string[],
): Promise<Map<string, EnrolledKey>> {
  const drafts = officers.map((officer) => ({
    officer,
    path: `virtual:${officer}`,
    store: join(folder, `${officer}.json`),
    name: `security key of ${officer}`,
    pin: String(randomInt(1_000_000)).padStart(6, '0'),
  }));
  const driver = await startDriver({
    driver: 'security-key',
    config: {
      devices: drafts.map(({ path, store, name }) => ({ kind: 'virtual', path, store, name, touch: 'auto' })),
    },
  });
  crew.join(() => driver.close());
  const enrolled = new Map<string, EnrolledKey>();
  for (const { officer, ...draft } of drafts)
    enrolled.set(officer, await enrol(driver, rpId, officer, draft));
  await driver.close();
  return enrolled;
}
