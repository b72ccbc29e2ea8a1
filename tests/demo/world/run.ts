// Starts `node demo/world/main.ts` as the Console does, asks it for things, and seats officers at real Consoles.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WorldAnswer, WorldReady, type Seat, type WorldWish } from '../../../contract/demo/world.ts';
import { openConsole, type Console } from '../../../main/app/console.ts';
import { openMachineKeys } from '../../../main/app/machine-keys.ts';
import { keepDriver, startDriver, type Driver } from '../../../ports/driver.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const clock = { clock: () => performance.now(), sleep: (ms: number) => sleep(ms) };

/** A process, everything it said, and its exit status (null when a signal ended it). */
export interface Launched {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exited: Promise<number | null>;
}

/** Runs a script of this repository with this very Node. */
export function launch(script: string, args: readonly string[], env: Record<string, string> = {}): Launched {
  const { npm_lifecycle_event: _event, ...own } = process.env;
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...own, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const exited = once(child, 'close').then(([code]: unknown[]) => code as number | null);
  return { child, out: () => out, err: () => err, exited };
}

export const launchWorld = (state: string, ...more: string[]): Launched =>
  launch('demo/world/main.ts', ['--state', state, ...more]);

/** The one line. Rejects with all of stderr when the process ends first. */
export async function ready({ child, out, err }: Launched): Promise<WorldReady> {
  while (!out().includes('\n')) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended: ${err()}`);
    await sleep(20);
  }
  return WorldReady.parse(JSON.parse(out()));
}

/** Ends it as a Console does that closes: its stdin ends. */
export async function end({ child, exited }: Launched): Promise<number | null> {
  child.stdin?.end();
  return exited;
}

/** A folder that is gone when this process ends. */
export function newState(): string {
  const folder = mkdtempSync(join(tmpdir(), 'demo-world-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state');
}

/** Grants a wish. Rejects unless it is answered as the contract says. */
export async function wish({ control }: WorldReady, asked: WorldWish): Promise<WorldAnswer> {
  const answer = await fetch(control.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${control.token}` },
    body: JSON.stringify(asked),
  });
  const body: unknown = await answer.json();
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
  return WorldAnswer.parse(body);
}

/** The id of what a wish had held. */
export async function held(world: WorldReady, asked: WorldWish): Promise<string> {
  const answer = await wish(world, asked);
  if (answer.outcome !== 'held') throw new Error(JSON.stringify(answer));
  return answer.requestId;
}

export function seatOf({ seats }: WorldReady, officer: string): Seat {
  const seat = seats.find((one) => one.officer === officer);
  if (!seat) throw new Error(`no seat for ${officer}`);
  return seat;
}

/** A driver process for the keys of one seat. Every touch is given at once. */
export function keysOf({ securityKeys }: Seat): Promise<Driver<'security-key'>> {
  const devices = securityKeys.map(({ path, store, name, serial }) => ({
    kind: 'virtual' as const,
    path,
    store,
    name,
    serial,
    touch: 'auto' as const,
  }));
  return startDriver({ driver: 'security-key', config: { devices } });
}

/** A driver process for each token of one seat, by which it sees that token and no other. */
export const tokensOf = ({ tokens }: Seat): (() => Promise<Driver<'pkcs11'>>)[] =>
  tokens.map(
    ({ module, env }) =>
      () =>
        startDriver({ driver: 'pkcs11', config: { module }, env }),
  );

/** Types the PIN that is printed on whatever is asked for. */
function pinFor({ device, securityKeys, tokens }: Seat, asked: string): Uint8Array {
  const token = tokens.find(({ serves }) => serves.includes(asked));
  const key =
    securityKeys.find(({ enrolled }) => enrolled === asked) ??
    (asked === device ? securityKeys[0] : undefined);
  const pin = token?.pin ?? key?.pin;
  if (pin === undefined) throw new Error(`nothing of this seat has ${asked}`);
  return new Uint8Array(Buffer.from(pin));
}

/** Opens a Console from nothing but what the world said, and signs in. */
export async function sit(world: WorldReady, officer: string): Promise<Console> {
  const seat = seatOf(world, officer);
  const console = await openConsole({
    dataDir: seat.dataDir,
    signerUrl: world.signerUrl,
    ca: [world.ca],
    pin: world.pin,
    officer,
    machine: seat.machine,
    device: seat.device,
    keys: await openMachineKeys({ dir: seat.machineKeys, name: seat.machine, store: null }),
    drivers: {
      securityKeys: keepDriver(() => keysOf(seat), clock),
      modules: tokensOf(seat).map((start) => keepDriver(start, clock)),
    },
    ui: {
      pin: (device) => Promise.resolve(pinFor(seat, device)),
      phase: () => undefined,
      touch: () => Promise.resolve(true),
    },
    build: 'test',
    language: 'en',
    timings: { backoffFirst: 50, backoffMost: 300 },
  });
  await console.signIn(AbortSignal.timeout(20_000));
  return console;
}

/** Waits for a condition, with an end. */
export async function until(what: string, holds: () => boolean, ms = 40_000): Promise<void> {
  const late = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > late) throw new Error(`${what} did not come within ${ms} ms`);
    await sleep(20);
  }
}
