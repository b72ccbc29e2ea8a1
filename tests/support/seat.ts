// A Console for one person of a test world, over software devices and a fake link, in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { openConsole, type Console, type ConsoleEvent, type ConsoleOptions } from '../../main/app/console.ts';
import type { SoftKey } from './keys.ts';
import { fakeLink, type FakeLink, type FakeSigner } from './fake-signer.ts';
import { softHand, softHsmDriver, softKeyDriver, type SoftHand } from './soft-drivers.ts';
import { NOW, type Person, type World } from './world.ts';

export interface Seat {
  readonly console: Console;
  readonly link: FakeLink;
  readonly hand: SoftHand;
  readonly events: ConsoleEvent[];
  readonly dataDir: string;
  readonly clock: { now: Date };
}

const machineKey = (soft: SoftKey) => ({
  key: soft.key,
  sign: async (message: Uint8Array) => new Uint8Array(soft.sign(message)),
});

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder, gone when this process ends. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'console-test-'));
  folders.push(folder);
  return folder;
}

/** Opens and signs in. The same folder again is the same Console after a restart. */
export async function seatAt(
  signer: FakeSigner,
  who: Person,
  dataDir = newFolder(),
  overrides: Partial<ConsoleOptions> = {},
): Promise<Seat> {
  const seat = await openSeat(signer.world, signer, who, dataDir, overrides);
  await seat.console.signIn();
  return seat;
}

/** Opens without signing in. */
export async function openSeat(
  world: World,
  signer: FakeSigner,
  who: Person,
  dataDir = newFolder(),
  overrides: Partial<ConsoleOptions> = {},
): Promise<Seat> {
  const link = fakeLink(signer, who);
  const hand = softHand();
  const events: ConsoleEvent[] = [];
  const clock = { now: new Date(NOW) };
  const { device } = who.key;
  if (device.kind !== 'security-key' || who.hsm.device.kind !== 'hsm') throw new Error('unexpected devices');
  const held = world.keys[world.held];
  const hsmKeys = {
    [who.hsm.device.uri]: who.hsm.soft,
    ...(who.id === 'ana' && held ? { [world.held]: held } : {}),
  };
  const console = await openConsole({
    dataDir,
    signerUrl: 'http://127.0.0.1:1',
    ca: null,
    pin: world.pin,
    officer: who.id,
    machine: who.machine.id,
    device: device.id,
    keys: { where: 'file', machine: machineKey(who.machine.sign), witness: machineKey(who.machine.witness) },
    drivers: {
      securityKeys: softKeyDriver(device, who.key.soft, hand),
      modules: [softHsmDriver(hsmKeys, hand)],
    },
    ui: { pin: async () => new Uint8Array(4), phase: () => undefined, touch: async () => true },
    build: 'test',
    language: 'en',
    now: () => clock.now,
    reserveBytes: 256 * 1024,
    openLink: link.open,
    onEvent: (event) => events.push(event),
    ...overrides,
  });
  return { console, link, hand, events, dataDir, clock };
}

/** Waits until `done` holds, a few milliseconds at a time. */
export async function until(done: () => boolean, what = 'it'): Promise<void> {
  const end = performance.now() + 15_000;
  while (performance.now() < end) {
    if (done()) return;
    await sleep(5);
  }
  throw new Error(`${what} did not happen`);
}
