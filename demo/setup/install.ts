// A whole demo installation in one folder: CA, keys, officers with hardware, policy, directory.
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from '../../core/json/canonical.ts';
import type { Crew } from '../crew/crew.ts';
import { asPart } from '../crew/failed.ts';
import { makeCertificates, type Certificates } from './ca.ts';
import { HOLDER, DECIDER, officerIds, seatPerson, type OfficerId, type Person } from './people.ts';
import { enrolKeys } from './security-keys.ts';
import { makeSignerKeys, type SignerKeys } from './signer-keys.ts';
import { findSoftHsm, type Found } from './soft-hsm.ts';
import { makeTrust, RP_ID, type DemoTrust } from './trust.ts';

/** Absolute paths inside the installation. */
export interface Places {
  readonly home: string;
  readonly signerData: string;
  readonly signerKeys: string;
  readonly chain: string;
  readonly policy: string;
  readonly allowlist: string;
  readonly ca: string;
  readonly cert: string;
  readonly tlsKey: string;
  /** The PIN of the Signer's token, where there is one. */
  readonly tokenPin: string;
}

/** What the set-up made. `trusted` is the scanner image that the allowlist names; `hsm` says whether SoftHSM is here. */
export interface Installation {
  readonly places: Places;
  readonly certificates: Certificates;
  readonly keys: SignerKeys;
  readonly people: Readonly<Record<OfficerId, Person>>;
  readonly trust: DemoTrust;
  readonly trusted: string;
  readonly hsm: Found;
}

/** Where everything of an installation lies. */
export function placesIn(home: string): Places {
  const at = (name: string): string => join(home, 'signer', name);
  return {
    home,
    signerData: at('data'),
    signerKeys: at('keys'),
    chain: at('directory.json'),
    policy: at('policy.json'),
    allowlist: at('allowlist.json'),
    ca: at('ca.pem'),
    cert: at('tls.pem'),
    tlsKey: at('tls.key.pem'),
    tokenPin: at('token-pin'),
  };
}

/** The digest of a scanner image that nobody has ever seen. */
export const newImage = (): string => `sha256:${randomBytes(32).toString('hex')}`;

async function writeAll({
  places,
  trust,
  certificates,
  trusted,
  keys,
}: Omit<Installation, 'hsm'>): Promise<void> {
  const files: (readonly [string, string | Uint8Array])[] = [
    [places.chain, canonical(trust.chain)],
    [places.policy, canonical(trust.policy)],
    [places.allowlist, canonical({ digests: [trusted] })],
    [places.ca, certificates.ca],
    [places.cert, certificates.cert],
    [places.tlsKey, certificates.key],
  ];
  if (keys.token) files.push([places.tokenPin, keys.token.pin]);
  for (const [path, content] of files) await writeFile(path, content, { mode: 0o600, flag: 'wx' });
}

async function seatAll(crew: Crew, home: string, keys: SignerKeys): Promise<Record<OfficerId, Person>> {
  const enrolled = await enrolKeys(crew, join(home, 'security-keys'), RP_ID, officerIds);
  const seat = (id: OfficerId): Promise<Person> => {
    const key = enrolled.get(id);
    if (!key) throw new TypeError(`no key for ${id}`);
    return seatPerson(home, id, key, keys);
  };
  const [ana, ben, cai] = await Promise.all([seat('ana'), seat('ben'), seat('cai')]);
  return { ana, ben, cai };
}

/** For an installation that is kept: how many days its certificates are good for, and how many requests a minute it takes. */
export interface InstallOptions {
  readonly days?: number;
  readonly rate?: number;
}

/** Makes an installation in `home`, a new folder of this user's (0700). Rejects with PartFailed. */
export async function install(
  crew: Crew,
  home: string,
  now: Date,
  { days, rate }: InstallOptions = {},
): Promise<Installation> {
  return asPart('set-up', async () => {
    const places = placesIn(home);
    for (const folder of [places.signerData, places.signerKeys])
      await mkdir(folder, { recursive: true, mode: 0o700 });
    const hsm = await findSoftHsm(crew);
    const keys = await makeSignerKeys(crew, hsm, {
      files: places.signerKeys,
      tokens: join(home, 'tokens'),
      holder: HOLDER,
      decider: DECIDER,
      since: now.toISOString(),
    });
    const [certificates, people] = await Promise.all([
      makeCertificates(now, days),
      seatAll(crew, home, keys),
    ]);
    const named = { ca: certificates.der, now: now.toISOString() };
    const trust = makeTrust(Object.values(people), keys, rate === undefined ? named : { ...named, rate });
    const made = { places, certificates, keys, people, trust, trusted: newImage() };
    await writeAll(made);
    return { ...made, hsm };
  });
}
