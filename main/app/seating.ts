// From a seat in the demo, or from the configuration, to the options of a Console: keys, drivers, second decoder.
import type { Seat, WorldReady } from '../../contract/demo/world.ts';
import type { ModulePlace, SignerPlace } from '../../contract/stored/console-settings.ts';
import type { VirtualKeyConfig } from '../../contract/driver/security-key.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDriver, keepDriver, type KeptDriver } from '../../ports/driver.ts';
import type { DeviceDrivers } from '../devices/devices.ts';
import { secondOver } from '../review/second.ts';
import type { Shell } from '../shell/shell.ts';
import { openMachineKeys } from './machine-keys.ts';
import type { ConsoleOptions } from './options.ts';

/** What only whoever starts the app knows. */
export type Around = Pick<ConsoleOptions, 'ui' | 'sessions' | 'build' | 'language' | 'onEvent'>;

const deps = { clock: () => performance.now(), sleep: (ms: number) => sleep(ms) };

/** A driver for one module, started when it is first needed. */
export function moduleDriver(shell: Shell, { path, sha256, env }: ModulePlace): KeptDriver<'pkcs11'> {
  const config = { module: path, ...(sha256 === undefined ? {} : { moduleDigest: sha256 }) };
  return keepDriver(() => connectDriver(shell.driver(env ?? {}), { driver: 'pkcs11', config }), deps);
}

/** Real keys are always looked for; virtual ones are told anew at each start, so that one that is pulled out stays out. */
function keyDriver(shell: Shell, virtual: () => VirtualKeyConfig[]): KeptDriver<'security-key'> {
  return keepDriver(() => {
    const config = { devices: virtual(), hid: true };
    return connectDriver(shell.driver({}), { driver: 'security-key', config });
  }, deps);
}

function driversOf(
  shell: Shell,
  virtual: () => VirtualKeyConfig[],
  modules: readonly ModulePlace[],
): DeviceDrivers {
  return {
    securityKeys: keyDriver(shell, virtual),
    modules: modules.map((module) => moduleDriver(shell, module)),
  };
}

/** The modules of a seat's tokens. Each token has a driver of its own, whose environment shows it that token alone. */
export function modulesOf({ tokens }: Seat): ModulePlace[] {
  return tokens.map(({ module, env }) => ({ path: module, env }));
}

/** The Signer of the demo, as the configuration would name it. */
export function placeOf(ready: WorldReady, seat: Seat): SignerPlace {
  const { signerUrl, ca, pin } = ready;
  const { officer, machine, device } = seat;
  return { url: signerUrl, ca: ca === '' ? null : [ca], pin, officer, machine, device };
}

function common(shell: Shell, place: SignerPlace, around: Around) {
  const { url, ca, pin, officer, machine, device } = place;
  return {
    signerUrl: url,
    ca,
    pin,
    officer,
    machine,
    device,
    second: secondOver((input) => shell.second([], input)),
    ...around,
  };
}

/** A Console at a seat of the demo: virtual keys, and no directory but one of environment `demo`. */
export async function demoOptions(
  shell: Shell,
  ready: WorldReady,
  seat: Seat,
  virtual: () => VirtualKeyConfig[],
  around: Around,
): Promise<ConsoleOptions> {
  return {
    ...common(shell, placeOf(ready, seat), around),
    dataDir: seat.dataDir,
    environments: ['demo'],
    keys: await openMachineKeys({ dir: seat.machineKeys, name: seat.machine, store: null }),
    drivers: driversOf(shell, virtual, modulesOf(seat)),
  };
}

/** A Console as configured. It has no virtual keys, whatever the directory's environment is. */
export async function configuredOptions(
  shell: Shell,
  place: SignerPlace,
  modules: readonly ModulePlace[],
  dataDir: string,
  around: Around,
): Promise<ConsoleOptions> {
  return {
    ...common(shell, place, around),
    dataDir,
    keys: await openMachineKeys({ dir: dataDir, name: place.machine }),
    drivers: driversOf(shell, () => [], modules),
  };
}
