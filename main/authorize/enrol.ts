// Enrolling a device: it makes a credential, then says by its own signature whose it is; the machine countersigns that.
import type { JournalEntry } from '../../contract/stored/console-journal.ts';
import { fromBase64Url, toBase64, toBase64Url } from '../../core/bytes/base64.ts';
import { utf8 } from '../../core/bytes/bytes.ts';
import { countersignatureBytes } from '../../core/decision/countersignature.ts';
import { verifyEnrolment, type Enrolment, type SealedEnrolment } from '../../core/decision/enrolment.ts';
import { signable } from '../../core/decision/signable.ts';
import { officerOf } from '../../core/directory/lookup.ts';
import { DeviceFault, Refusal, isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import type { Crypto, PublicKey } from '../../core/key/crypto.ts';
import { Id } from '../../core/name/names.ts';
import type { Trust } from '../../core/trust/chain.ts';
import { prove, type Hardware, type SecurityKey } from '../../ports/hand/prove.ts';

/** What a security key is asked to make: a credential for this officer, unless it has one of `exclude` already. */
export interface CredentialWish {
  readonly path: string;
  readonly rpId: string;
  readonly userId: Uint8Array;
  readonly userName: string;
  readonly clientDataHash: Uint8Array;
  readonly exclude: readonly Uint8Array[];
}

/** What it made. */
export interface MadeCredential {
  readonly credentialId: Uint8Array;
  readonly publicKey: PublicKey;
  readonly aaguid: string;
}

export interface EnrolPorts {
  readonly crypto: Crypto;
  readonly trust: () => Trust;
  readonly officer: string;
  readonly machine: string;
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => Date;
  readonly make: (wish: CredentialWish, signal?: AbortSignal) => Promise<MadeCredential>;
  /** Asserts with the very device at this path. */
  readonly assertAt: (path: string) => Hardware['assert'];
  readonly countersign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly append: (entry: JournalEntry, urgency: 'must' | 'urgent') => Promise<unknown>;
}

/** The device that is plugged in at `path`, and the id that the directory is to know it by. */
export interface EnrolWish {
  readonly path: string;
  readonly deviceId: string;
}

/** The most credential ids that a key is asked about (the driver's bound): this officer's come first. */
const MOST_EXCLUDED = 64;

function checkId({ latest }: Trust, deviceId: string): void {
  if (!Id.safeParse(deviceId).success) throw new Refusal('directory_invalid', 'not an id of a device');
  if (latest.officers.some(({ devices }) => devices.some(({ id }) => id === deviceId)))
    throw new Refusal('directory_invalid', `there is a device ${deviceId} already`);
}

/** Credentials that are enrolled: a key that has one of them is known already, whoever holds it. */
function excluded({ latest }: Trust, officer: string): Uint8Array[] {
  const own = latest.officers.filter(({ id }) => id === officer);
  const others = latest.officers.filter(({ id }) => id !== officer);
  const ids = [...own, ...others]
    .flatMap(({ devices }) => devices)
    .flatMap((device) => (device.kind === 'security-key' ? [device.credentialId] : []));
  return ids.slice(0, MOST_EXCLUDED).map(fromBase64Url);
}

/** WebAuthn's client data for a creation (5.8.1), with an origin that no browser can have. */
function creationHash({ crypto, random }: EnrolPorts): Uint8Array {
  const challenge = toBase64Url(random(32));
  const { origin } = signable.enrolment;
  return crypto.sha256(
    utf8(`{"type":"webauthn.create","challenge":"${challenge}","origin":"${origin}","crossOrigin":false}`),
  );
}

async function made(
  ports: EnrolPorts,
  trust: Trust,
  wish: EnrolWish,
  signal?: AbortSignal,
): Promise<SecurityKey> {
  const { crypto, officer } = ports;
  const { credentialId, publicKey, aaguid } = await ports.make(
    {
      path: wish.path,
      rpId: trust.latest.rpId,
      userId: crypto.sha256(utf8(officer)),
      userName: officer,
      clientDataHash: creationHash(ports),
      exclude: excluded(trust, officer),
    },
    signal,
  );
  return {
    kind: 'security-key',
    id: wish.deviceId,
    key: publicKey,
    credentialId: toBase64Url(credentialId),
    aaguid,
    presence: 'touch',
    attestation: 'none', // what the maker says of it is not checked, and so not claimed
  };
}

async function sealedBy(
  ports: EnrolPorts,
  { latest, latestDigest, signer }: Trust,
  device: SecurityKey,
  path: string,
  signal?: AbortSignal,
): Promise<SealedEnrolment> {
  const { crypto } = ports;
  const enrolment: Enrolment = {
    _type: signable.enrolment.type,
    signer,
    directory: latestDigest,
    officer: ports.officer,
    device,
    rpId: latest.rpId,
    machine: ports.machine,
    at: ports.now().toISOString(),
  };
  const hardware: Hardware = {
    assert: ports.assertAt(path),
    sign: () => Promise.reject(new DeviceFault('call_invalid', 'not an HSM')),
  };
  const proof = await prove({ crypto, hardware, rpId: latest.rpId, device }, 'enrolment', enrolment, signal);
  const bytes = countersignatureBytes(crypto, enrolment, proof);
  const sealed = { enrolment, proof, countersignature: toBase64(await ports.countersign(bytes)) };
  verifyEnrolment(crypto, signer, latest, sealed);
  return sealed;
}

/**
 * Has the security key at a path make a credential and sign its enrolment for this officer: two touches. Nothing is
 * proposed by it. Rejects with DeviceFault (`credential_excluded` for a key that is enrolled already), Refusal
 * `directory_invalid` for an id that cannot be, `journal_unwritable`.
 */
export async function enrolDevice(
  ports: EnrolPorts,
  wish: EnrolWish,
  signal?: AbortSignal,
): Promise<SealedEnrolment> {
  const { deviceId: device, path } = wish;
  const trust = ports.trust();
  officerOf(trust.latest, ports.officer);
  checkId(trust, device);
  await ports.append({ event: 'enrol-intent', device }, 'must');
  try {
    const key = await made(ports, trust, wish, signal);
    const sealed = await sealedBy(ports, trust, key, path, signal);
    const enrolment = digestOf(ports.crypto, sealed.enrolment);
    await ports.append({ event: 'enrol-outcome', device, enrolment }, 'must');
    return sealed;
  } catch (thrown) {
    const code = isFault(thrown) ? thrown.code : 'internal';
    await ports.append({ event: 'enrol-failed', device, code }, 'urgent');
    throw thrown;
  }
}
