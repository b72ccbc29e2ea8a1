// Who sits where, with what in hand: what each officer's Console is told of the installation.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Seat, TokenSeat, VirtualKeySeat } from '../../contract/demo/world.ts';
import type { Directory } from '../../core/directory/directory.ts';
import type { Crew } from '../crew/crew.ts';
import type { Installation } from '../setup/install.ts';
import { HOLDER, officerIds, type Person } from '../setup/people.ts';
import { makeSpareKey, type VirtualKey } from '../setup/security-keys.ts';
import type { Token } from '../setup/soft-hsm.ts';

function keySeat({ path, store, name, serial, pin }: VirtualKey, enrolled: string | null): VirtualKeySeat {
  return { path, store, name, serial, pin, enrolled };
}

/** The officer's own SoftHSM configuration names one folder with one token: nothing of it is shared with another seat. */
function tokenSeat({ module, conf, label, pin }: Token, serves: string[]): Seat['tokens'][number] {
  return { module, env: { SOFTHSM2_CONF: conf }, label, pin, serves };
}

/** The Signer's own token, as it is carried to a ceremony: by the name of the token alone (RFC 7512). */
export function signerHsmOf({ serial, ...token }: Token & { readonly serial: string }): TokenSeat {
  return tokenSeat(token, [`pkcs11:serial=${encodeURIComponent(serial)}`]);
}

function tokensOf({ hsm, held }: Person, keyful: string): Seat['tokens'] {
  const deciding = hsm ? [tokenSeat(hsm.token, [hsm.device.id, hsm.device.uri])] : [];
  return held ? [...deciding, tokenSeat(held, [keyful])] : deciding;
}

/** Every officer's seat. The holder of the keyful key gets a spare security key too, for the person to enrol. */
export async function seatsOf(crew: Crew, { people, keys, places }: Installation): Promise<Seat[]> {
  const spare = await makeSpareKey(crew, join(places.home, 'security-keys'), HOLDER);
  return officerIds.map((id) => {
    const person = people[id];
    const { officer, machine, home, machineKeys, key } = person;
    const own = keySeat(key, key.device.id);
    return {
      officer: id,
      name: officer.name,
      machine: machine.id,
      dataDir: home,
      machineKeys,
      device: key.device.id,
      securityKeys: id === HOLDER ? [own, keySeat(spare, null)] : [own],
      tokens: tokensOf(person, keys.keyful),
    };
  });
}

/** What the virtual key's own file says of its credentials (ids in base64), and no more of it than that. */
const Silicon = z.looseObject({ credentials: z.array(z.looseObject({ id: z.string() })) });

/** The device of the directory that one of this key's credentials belongs to, or null. */
async function enrolledAs({ store }: VirtualKeySeat, { officers }: Directory): Promise<string | null> {
  const { credentials } = Silicon.parse(JSON.parse((await readFile(store)).toString()));
  const ids = new Set(credentials.map(({ id }) => Buffer.from(id, 'base64').toString('base64url')));
  const devices = officers.flatMap(({ devices: all }) => all);
  const found = devices.find((device) => device.kind === 'security-key' && ids.has(device.credentialId));
  return found?.id ?? null;
}

/** The seats as the directory of today has them: a spare key may have been enrolled since they were made. */
export function seatsToday(seats: readonly Seat[], directory: Directory): Promise<Seat[]> {
  return Promise.all(
    seats.map(async (seat) => ({
      ...seat,
      securityKeys: await Promise.all(
        seat.securityKeys.map(async (key) => ({ ...key, enrolled: await enrolledAs(key, directory) })),
      ),
    })),
  );
}
