// A rehearsal's whole world in a folder of its own: HSM, people with keys and PINs, directory and log; nothing of it is real.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConfigOf, DriverName } from '../../contract/driver/messages.ts';
import { Person } from '../../core/ceremony/transcript.ts';
import type { Device } from '../../core/directory/directory.ts';
import { LackFault } from '../../core/fault/fault.ts';
import { canonical, parseCanonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import { KeyName } from '../../core/name/names.ts';
import type { Driver } from '../../ports/driver.ts';
import { makePrivateDir, readIfThere, writeAtomic } from '../../ports/files.ts';
import { beginFolderBoard, makeLogKey, type BoardPorts } from '../boards/folder.ts';
import { REHEARSAL_RP, cast, rehearsalChain } from './directory.ts';
import { enrolKey, keyConfig } from './keys.ts';
import { makeOldKey, makeToken, newPin, softHsmLibrary } from './soft-hsm.ts';

/** Starts a driver process: the terminal and the Console have ways of their own. */
export type StartDriver = <D extends DriverName>(
  driver: D,
  config: ConfigOf<D>,
  env: Readonly<Record<string, string>>,
) => Promise<Driver<D>>;

/** What the set-up made, as the folder keeps it. `token` is the serial, `key` the URI of the key to replace. */
const Rehearsal = z.strictObject({
  _type: z.literal('https://stella.ops/signer/rehearsal/v1'),
  module: z.string().startsWith('/'),
  token: z.string().min(1).max(16),
  key: KeyName,
  people: z.array(Person).length(3),
});
export type Rehearsal = z.infer<typeof Rehearsal>;

const FILE = 'rehearsal.json';

/** Where in the folder what lies. `pins` holds a file for each device by its id, and `hsm`. */
export const placesIn = (folder: string) => ({
  board: join(folder, 'board'),
  keys: join(folder, 'keys'),
  pins: join(folder, 'pins'),
  conf: join(folder, 'hsm', 'softhsm2.conf'),
});

/** The rehearsal that a folder was set up for; null where it was not. Rejects with Refusal `schema`. */
export async function readRehearsal(folder: string): Promise<Rehearsal | null> {
  const bytes = await readIfThere(join(folder, FILE));
  return bytes === undefined ? null : parseAs(Rehearsal, parseCanonical(bytes));
}

async function withDriver<T, D extends DriverName>(
  starting: Promise<Driver<D>>,
  job: (driver: Driver<D>) => Promise<T>,
): Promise<T> {
  const driver = await starting;
  try {
    return await job(driver);
  } finally {
    await driver.close();
  }
}

async function makePin(folder: string, device: string, digits: number): Promise<string> {
  const pin = newPin(digits);
  await writeAtomic(join(folder, device), Buffer.from(`${pin}\n`));
  return pin;
}

async function makeKeys(folder: string, start: StartDriver): Promise<Map<string, Device>> {
  const { keys, pins } = placesIn(folder);
  const officers = cast.map(({ officer }) => officer);
  return withDriver(start('security-key', keyConfig(keys, officers), {}), async (driver) => {
    const devices = new Map<string, Device>();
    for (const officer of officers) {
      const pin = await makePin(pins, `${officer}-key`, 6);
      devices.set(officer, await enrolKey(driver, REHEARSAL_RP, officer, pin));
    }
    return devices;
  });
}

async function checkEmpty(folder: string): Promise<void> {
  await makePrivateDir(folder);
  if ((await readdir(folder)).length > 0)
    throw new LackFault('usage', `${folder} is not empty; a rehearsal makes a folder of its own`);
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

async function fill(
  folder: string,
  module: string,
  ports: BoardPorts,
  start: StartDriver,
): Promise<Rehearsal> {
  const { board, keys, pins, conf } = placesIn(folder);
  for (const place of [keys, pins]) await makePrivateDir(place);
  const pin = await makePin(pins, 'hsm', 8);
  await makeToken(join(folder, 'hsm'), pin);
  const old = await withDriver(start('pkcs11', { module }, { SOFTHSM2_CONF: conf }), (driver) =>
    makeOldKey(driver, pin),
  );
  const devices = await makeKeys(folder, start);
  const log = await makeLogKey(board);
  const since = ports.now().toISOString();
  await beginFolderBoard(board, ports, rehearsalChain(ports.crypto, { since, devices, log, old }));
  const rehearsal: Rehearsal = {
    _type: 'https://stella.ops/signer/rehearsal/v1',
    module,
    token: old.serial,
    key: old.uri,
    people: cast.map(({ role, officer }) => ({ role, officer, device: `${officer}-key` })),
  };
  await writeAtomic(join(folder, FILE), canonical(rehearsal));
  return rehearsal;
}

/**
 * Makes the world in an empty folder. Its PINs lie in the folder `pins`: they protect nothing. Rejects with LackFault
 * `usage` for a folder that holds anything, `module_missing` without SoftHSM, and DeviceFault; the
 * folder is empty again then.
 */
export async function makeRehearsal(
  folder: string,
  ports: BoardPorts,
  start: StartDriver,
): Promise<Rehearsal> {
  const module = softHsmLibrary();
  await checkEmpty(folder);
  try {
    return await fill(folder, module, ports, start);
  } catch (thrown) {
    await empty(folder);
    throw thrown;
  }
}
