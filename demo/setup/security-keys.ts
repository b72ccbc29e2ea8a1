// Virtual security keys for the officers: each gets a PIN and a credential, by the same CTAP2 calls that a real one gets.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Device } from '../../core/directory/directory.ts';
import { startDriver, type Driver } from '../../ports/driver.ts';
import type { Crew } from '../crew/crew.ts';

/** A virtual key with a PIN: where its silicon lies, and what is printed on it. */
export interface VirtualKey {
  readonly path: string;
  readonly store: string;
  readonly name: string;
  readonly serial: string;
  readonly pin: string;
}

/** An enrolled key, as the directory names it. */
export interface EnrolledKey extends VirtualKey {
  readonly device: Extract<Device, { kind: 'security-key' }>;
}

const CALL_MS = 20_000;

const pinBytes = (pin: string): Uint8Array => new Uint8Array(Buffer.from(pin));

/** What is printed on a new key: six digits of PIN, and a serial number in two groups. */
function newKey(folder: string, id: string, name: string): VirtualKey {
  const serial = randomBytes(4).toString('hex').toUpperCase();
  return {
    path: `virtual:${id}`,
    store: join(folder, `${id}.json`),
    name,
    serial: `V-${serial.slice(0, 4)}-${serial.slice(4)}`,
    pin: String(randomInt(1_000_000)).padStart(6, '0'),
  };
}

/** One driver process for all of these keys; every touch is given at once, and it ends with the job. */
async function withDriver<T>(
  crew: Crew,
  keys: readonly VirtualKey[],
  job: (driver: Driver<'security-key'>) => Promise<T>,
): Promise<T> {
  const devices = keys.map(({ path, store, name, serial }) => ({
    kind: 'virtual' as const,
    path,
    store,
    name,
    serial,
    touch: 'auto' as const,
  }));
  const driver = await startDriver({ driver: 'security-key', config: { devices } });
  crew.join(() => driver.close());
  const done = await job(driver);
  await driver.close();
  return done;
}

async function setPin(driver: Driver<'security-key'>, { path, pin }: VirtualKey): Promise<void> {
  await driver.call('set-pin', { path }, { deadlineMs: CALL_MS, pin: pinBytes(pin), newPin: pinBytes(pin) });
}

async function enrol(
  driver: Driver<'security-key'>,
  rpId: string,
  officer: string,
  draft: VirtualKey,
): Promise<EnrolledKey> {
  const { path, pin } = draft;
  await setPin(driver, draft);
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
  const drafts = new Map(
    officers.map((officer) => [officer, newKey(folder, officer, `security key of ${officer}`)]),
  );
  return withDriver(crew, [...drafts.values()], async (driver) => {
    const enrolled = new Map<string, EnrolledKey>();
    for (const [officer, draft] of drafts) enrolled.set(officer, await enrol(driver, rpId, officer, draft));
    return enrolled;
  });
}

/** Makes one more virtual key, with a PIN and without a credential: a person may enrol it. */
export function makeSpareKey(crew: Crew, folder: string, officer: string): Promise<VirtualKey> {
  const key = newKey(folder, `${officer}-spare`, `spare security key of ${officer}`);
  return withDriver(crew, [key], async (driver) => {
    await setPin(driver, key);
    return key;
  });
}
