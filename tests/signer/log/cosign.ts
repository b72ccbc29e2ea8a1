// A witness's cosignature of the newest checkpoint, as a Console makes it.
import { witnessName } from '../../../core/directory/lookup.ts';
import { noteSignatureLine, parseCheckpoint, parseNote } from '../../../core/log/checkpoint.ts';
import { COSIGNATURE, cosignatureBytes, cosignatureMessage } from '../../../core/log/cosignature.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import type { Person } from '../../support/world.ts';
import { seatOf, type House } from '../desk/house.ts';

/** The line that a person's machine adds to a checkpoint. */
export function cosignatureLine(house: House, who: Person, body: string): string {
  const time = Math.floor(house.clock.now.getTime() / 1000);
  const { witness, id } = who.machine;
  const signature = witness.sign(cosignatureMessage(body, time));
  const key = { name: witnessName(house.world.directory, id), type: COSIGNATURE, key: witness.key } as const;
  return noteSignatureLine(nodeCrypto, key, cosignatureBytes({ time, signature }));
}

/** Fetches the newest checkpoint, cosigns it and hands the line in; returns the checkpoint's size. */
export async function cosign(house: House, who: Person): Promise<number> {
  const { body } = parseNote(await house.desk.log.checkpoint());
  const { size } = parseCheckpoint(body);
  await house.desk.cosign(seatOf(who), size, cosignatureLine(house, who, body));
  return size;
}
