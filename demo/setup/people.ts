// The officers of the demo: who they are, which computer each sits at, and what each has in hand.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device, Machine, Officer } from '../../core/directory/directory.ts';
import { makeFileKey } from './file-keys.ts';
import type { EnrolledKey } from './security-keys.ts';
import type { SignerKeys } from './signer-keys.ts';
import type { Token } from './soft-hsm.ts';

/** ana and ben may decide. cai is an officer too, but can start the pipeline, and so may not decide on what it asks. */
export const officerIds = ['ana', 'ben', 'cai'] as const;
export type OfficerId = (typeof officerIds)[number];

/** The officer in whose HSM the keyful key lies, and the one who decides with an HSM. */
export const HOLDER: OfficerId = 'ana';
export const DECIDER: OfficerId = 'ben';

/** An officer at a computer. `home` is the Console's data folder there (0700), `machineKeys` where that computer's keys lie. */
export interface Person {
  readonly id: OfficerId;
  readonly officer: Officer;
  readonly machine: Machine;
  readonly home: string;
  readonly machineKeys: string;
  readonly key: EnrolledKey;
  /** The HSM with which this officer decides. */
  readonly hsm: { readonly token: Token; readonly device: Extract<Device, { kind: 'hsm' }> } | null;
  /** The HSM that holds a signing key of the Signer's. */
  readonly held: Token | null;
}

const ROLE = 'security-officer';

const names: Readonly<Record<OfficerId, string>> = {
  ana: 'Ana Weiss',
  ben: 'Ben Okafor',
  cai: 'Cai Lindqvist',
};

function hsmOf(id: OfficerId, { deciding }: SignerKeys): Person['hsm'] {
  if (id !== DECIDER || deciding === null) return null;
  const { uri, key } = deciding.key;
  // the PIN is typed on this computer: it proves no person, and the directory says so
  return {
    token: deciding.token,
    device: { kind: 'hsm', id: `${id}-hsm`, key, uri, presence: 'pin', attestation: 'none' },
  };
}

/** Makes one officer's computer: its data folder and its keys. */
export async function seatPerson(
  home: string,
  id: OfficerId,
  key: EnrolledKey,
  keys: SignerKeys,
): Promise<Person> {
  const hsm = hsmOf(id, keys);
  const place = join(home, id);
  const machineKeys = join(place, 'machine');
  const data = join(place, 'console');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const machine = {
    id: `${id}-machine`,
    key: await makeFileKey(machineKeys, 'machine', 'ecdsa-p256-sha256'),
    witness: await makeFileKey(machineKeys, 'witness', 'ed25519'),
  };
  const devices: Device[] = hsm === null ? [key.device] : [key.device, hsm.device];
  const officer = { id, name: names[id], roles: [ROLE], subjects: [`${id}@acme.test`], devices };
  return { id, officer, machine, home: data, machineKeys, key, hsm, held: id === HOLDER ? keys.held : null };
}

/** The role that every quorum of the demo's policy asks for. */
export const deciderRole = ROLE;
