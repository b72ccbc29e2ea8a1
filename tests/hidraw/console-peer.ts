// Inside the machine with uhid: the demo's world, the Consoles of two officers, and a real kernel's key that is enrolled and approves.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorldAnswer, WorldReady, type Seat, type WorldWish } from '../../contract/demo/world.ts';
import { openConsole, type Console } from '../../main/app/console.ts';
import { demoOptions } from '../../main/app/seating.ts';
import type { Person } from '../../ports/hand/person.ts';
import { runSecond } from '../../main/shell/chromium/processes.ts';
import type { Shell } from '../../main/shell/shell.ts';
import { keepDriver, startDriver } from '../../ports/driver.ts';
import { root } from '../layers/tree.ts';

const NAME = 'ana-real';
const PIN = '4711-correct';
const PATIENCE_MS = 150_000;
const began = performance.now();
const log = (line: string): void =>
  void process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)} s: ${line}\n`);

/** Whether the key behind the kernel is meant: then nobody touches a virtual one, and the other way round. */
let isRealMeant = false;

async function mean(real: boolean): Promise<void> {
  isRealMeant = real;
  await hand(real ? 'touch' : 'hold');
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Has whoever holds the key do something: `hold` or `touch`. */
function hand(command: string): Promise<void> {
  return new Promise((resolve) => {
    const heard = (message: unknown): void => {
      if (message !== command) return;
      process.off('message', heard);
      resolve();
    };
    process.on('message', heard);
    process.send?.(command);
  });
}

async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`it never came: ${what}`);
    await sleep(50);
  }
}

async function startWorld(state: string): Promise<WorldReady> {
  const args = [`${root}/demo/world/main.ts`, '--state', state, '--quiet'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part));
  return WorldReady.parse(JSON.parse(await until('the world', () => (out.includes('\n') ? out : undefined))));
}

async function wish({ control }: WorldReady, wanted: WorldWish): Promise<WorldAnswer> {
  const headers = { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' };
  const answer = await fetch(control.url, { method: 'POST', headers, body: JSON.stringify(wanted) });
  return WorldAnswer.parse(await answer.json());
}

/** The Console as the app opens it, hid and all; its driver is given the time that an emulated machine takes. */
async function sit(ready: WorldReady, seat: Seat): Promise<Console> {
  const own = seat.securityKeys.filter(({ enrolled }) => enrolled !== null);
  const person: Person = {
    pin: async (device) => bytes(device === seat.device ? (own[0]?.pin ?? '') : PIN),
    phase: (device, phase) => log(`${seat.officer} ${device} ${phase}`),
    touch: async () => !isRealMeant,
  };
  const shell = {
    second: (args: readonly string[], input: Uint8Array) => runSecond({ root, log }, args, input),
  } as Partial<Shell> as Shell; // nothing else of it is asked for
  const devices = own.map(({ path, store, name, serial }) => ({
    kind: 'virtual' as const,
    path,
    store,
    name,
    serial,
    touch: 'ask' as const,
  }));
  const config = { devices, hid: true };
  const clock = { clock: () => performance.now(), sleep: (ms: number) => sleep(ms) };
  const start = () => startDriver({ driver: 'security-key', config, helloTimeoutMs: PATIENCE_MS });
  const around = { ui: person, build: 'test', language: 'en' };
  const options = await demoOptions(shell, ready, { ...seat, tokens: [] }, () => devices, around);
  const console = await openConsole({
    ...options,
    drivers: { securityKeys: keepDriver(start, clock), modules: [] },
  });
  await console.signIn(AbortSignal.timeout(PATIENCE_MS));
  log(`${seat.officer} is signed in`);
  return console;
}

const seatOf = ({ seats }: WorldReady, officer: string): Seat => {
  const seat = seats.find((one) => one.officer === officer);
  if (!seat) throw new Error(`no seat of ${officer}`);
  return seat;
};

const version = (console: Console, wanted: number) =>
  until(`version ${wanted}`, () => (console.trusted()?.latest.version === wanted ? wanted : undefined));

async function all(state: string): Promise<object> {
  const ready = await startWorld(state);
  log('the world runs');
  await mean(false);
  const [anaSeat, benSeat] = [seatOf(ready, 'ana'), seatOf(ready, 'ben')];
  const ana = await sit(ready, anaSeat);
  const keys = (await ana.devices()).filter((one) => one.kind === 'security-key');
  const real = keys.find(({ virtual }) => !virtual);
  if (!real) throw new Error(`no real key: ${(await ana.devicesMissing()) ?? JSON.stringify(keys)}`);
  await ana.care.setPin(real.path);
  await mean(true);
  const draft = await ana.enrolSecurityKey({ path: real.path, deviceId: NAME });
  await mean(false);
  const digest = await ana.proposeDirectory(draft, anaSeat.device);
  log('proposed');
  const ben = await sit(ready, benSeat);
  await until('the proposal', () => ben.proposals().find((one) => one.digest === digest));
  await ben.signDirectory(digest, benSeat.device);
  const inForce = [await version(ana, 2), await version(ben, 2)];
  log('in force');
  const held = await wish(ready, { wish: 'submit', document: 'vex' });
  if (held.outcome !== 'held') throw new Error(JSON.stringify(held));
  const { requestId } = held;
  await until('the hold', () => ana.queue().find((one) => one.requestId === requestId));
  const review = await ana.review(requestId);
  await mean(true);
  const approve = { verdict: 'approve' as const, reason: '', device: NAME };
  const { decided, delivery } = await ana.authorize(review, approve, AbortSignal.timeout(PATIENCE_MS));
  log('approved');
  await Promise.all([ana.close(), ben.close()]);
  return {
    real: { product: real.product, virtual: real.virtual },
    draft: draft.changes.map(({ what }) => what),
    inForce,
    stage: review.stage,
    device: decided.sealed.decision.device,
    delivery: delivery.state,
  };
}

// Without a folder it only loads: what Node compiled for that is kept, and is there when time is dear.
const [, , state] = process.argv;
if (state !== undefined) process.stdout.write(`${JSON.stringify(await all(state))}\n`);
process.exit(0);
