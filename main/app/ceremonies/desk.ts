// What a ceremony is held at: the devices of its people, its HSM and its board. A rehearsal brings a whole desk of its own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolderBoard } from '../../../ceremony/boards/folder.ts';
import { openSignerBoard } from '../../../ceremony/boards/signer.ts';
import type { Board } from '../../../ceremony/ports.ts';
import { placesIn, readRehearsal, type StartDriver } from '../../../ceremony/rehearsal/rehearsal.ts';
import type { TokenSeat, VirtualKeySeat } from '../../../contract/demo/world.ts';
import { DeviceFault, Refusal } from '../../../core/fault/fault.ts';
import { connectDriver, keepDriver, type KeptDriver } from '../../../ports/driver.ts';
import type { JournalEntry } from '../../../contract/stored/console-journal.ts';
import type { SignerPlace } from '../../../contract/stored/console-settings.ts';
import {
  openDevices,
  type Connected,
  type DeviceCare,
  type Person,
  type Signing,
} from '../../devices/devices.ts';
import type { Shell } from '../../shell/shell.ts';
import { Nearby } from '../acts/nearby.ts';
import { VirtualKeys, type VirtualKeysPorts } from '../acts/virtual-keys.ts';
import { machine } from './machine.ts';

/** `hsm`: the driver of the module that shows the token of this serial. */
export interface Desk {
  readonly signing: Signing;
  readonly nearby: Nearby;
  readonly virtualKeys: VirtualKeys | null;
  readonly board: Board;
  /** This machine's own record; null where nothing is real. */
  readonly note: ((entry: JournalEntry, urgency: 'must' | 'urgent') => Promise<unknown>) | null;
  readonly hsm: KeptDriver<'pkcs11'>;
  close(): Promise<void>;
}

/** What the Console gives of its own hardware. */
export interface OwnHardware {
  readonly signing: Signing;
  readonly note: NonNullable<Desk['note']>;
  readonly modules: readonly KeptDriver<'pkcs11'>[];
  readonly devices: () => Promise<Connected[]>;
  readonly care: DeviceCare;
}

const QUICK = { deadlineMs: 10_000 } as const;
const deps = { clock: () => performance.now(), sleep: (ms: number) => sleep(ms) };

/** RFC 7512: a token by its serial number alone. */
export const tokenUri = (serial: string): string => `pkcs11:serial=${encodeURIComponent(serial)}`;

/** Of several modules the one whose token this is, looked for each time: tokens are put in and taken out. */
function driverOf(modules: readonly KeptDriver<'pkcs11'>[], serial: string): KeptDriver<'pkcs11'> {
  return {
    async get() {
      for (const module of modules) {
        const running = await module.get();
        const { tokens } = await running.call('tokens', {}, QUICK);
        if (tokens.some((token) => token.serial === serial)) return running;
      }
      throw new DeviceFault('device_not_found', `token ${serial}`);
    },
    close: () => Promise.resolve(), // whoever opened the modules closes them
  };
}

/** The Console's own devices, and the Signer that it is configured for. */
export function realDesk(
  own: OwnHardware,
  virtualKeys: VirtualKeys | null,
  { url, ca, pin }: SignerPlace,
  serial: string,
): Desk {
  return {
    signing: own.signing,
    nearby: new Nearby(
      () => ({ devices: own.devices, care: own.care }),
      (device) => virtualKeys?.isDrawn(device) ?? false,
    ),
    virtualKeys,
    note: own.note,
    board: openSignerBoard({ crypto: machine.crypto, url, ca, pin }),
    hsm: driverOf(own.modules, serial),
    close: () => Promise.resolve(),
  };
}

/** Drivers as this shell starts them. */
export const starterOf =
  (shell: Pick<Shell, 'driver'>): StartDriver =>
  (driver, config, env) =>
    connectDriver(shell.driver(env), { driver, config });

const pinOf = async (folder: string, of: string): Promise<string> =>
  (await readFile(join(folder, of), 'utf8')).trim();

/** The desk of the rehearsal in a folder. Rejects with Refusal `ceremony_folder` where there is none. */
export async function rehearsalDesk(
  folder: string,
  shell: Pick<Shell, 'open' | 'driver'>,
  person: Person,
  look: VirtualKeysPorts['look'],
): Promise<Desk> {
  const rehearsal = await readRehearsal(folder);
  if (!rehearsal) throw new Refusal('ceremony_folder', 'the rehearsal has no world');
  const { board, keys, pins, conf } = placesIn(folder);
  const env = { SOFTHSM2_CONF: conf };
  const seatOf = async (officer: string, device: string): Promise<VirtualKeySeat> => ({
    path: `virtual:${device}`,
    store: join(keys, `${device}.json`),
    name: `rehearsal key of ${officer}`,
    serial: `R-${officer.toUpperCase()}`,
    pin: await pinOf(pins, device),
    enrolled: device,
  });
  const guests = await Promise.all(
    rehearsal.people.map(async ({ officer, device }) => ({ officer, seat: await seatOf(officer, device) })),
  );
  const token: TokenSeat = {
    module: rehearsal.module,
    env,
    label: 'rehearsal',
    pin: await pinOf(pins, 'hsm'),
    serves: [tokenUri(rehearsal.token)],
  };
  const start = starterOf(shell);
  const drawn: VirtualKeys = new VirtualKeys({
    shell,
    // nobody sits here: each key is plugged in when its person signs
    seats: [],
    guests,
    tokens: [token],
    officer: 'rehearsal',
    look,
    plug: (path, plugged) => devices.plug(path, plugged),
  });
  const hsm = keepDriver(() => start('pkcs11', { module: rehearsal.module }, env), deps);
  const securityKeys = keepDriver(() => start('security-key', { devices: drawn.config() }, {}), deps);
  const devices = openDevices({ securityKeys, modules: [hsm] }, person);
  return {
    signing: devices,
    nearby: new Nearby(
      () => ({ devices: () => devices.list(), care: devices }),
      (device) => drawn.isDrawn(device),
    ),
    virtualKeys: drawn,
    note: null,
    board: await openFolderBoard(board, machine),
    hsm,
    close: async () => {
      await drawn.close();
      await devices.close();
    },
  };
}
