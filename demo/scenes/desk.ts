// An officer at a Console, on a computer of their own: its data folder, its keys, its drivers, and waits with an end.
import { setTimeout as sleep } from 'node:timers/promises';
import { openConsole, type Console, type ConsoleEvent, type ConsoleOptions } from '../../main/app/console.ts';
import { openMachineKeys } from '../../main/app/machine-keys.ts';
import { keepDriver, startDriver, type KeptDriver } from '../../ports/driver.ts';
import type { HoldState } from '../../core/hold/hold.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import type { Hand, Pins } from '../person/hand.ts';
import type { Person } from '../setup/people.ts';
import type { Token } from '../setup/soft-hsm.ts';

/** An open Console and who sits at it. `device` is the one in this officer's hand, for session and decision. */
export interface Desk {
  readonly console: Console;
  readonly person: Person;
  readonly device: string;
  /** Resolves when the request waits here. Rejects with PartFailed after a while. */
  untilQueued(requestId: string): Promise<void>;
  /** Resolves when the request is told to be in this state. Rejects with PartFailed after a while. */
  untilState(requestId: string, state: HoldState): Promise<void>;
  close(): Promise<void>;
}

/** `ca` is PEM, `pin` the digest of the directory's version 1. */
export interface DeskOptions {
  readonly crew: Crew;
  readonly person: Person;
  readonly device: string;
  readonly hand: Hand;
  readonly signerUrl: string;
  readonly ca: string;
  readonly pin: string;
  readonly onEvent?: (event: ConsoleEvent) => void;
  /** How patient the link is; its own defaults unless given. */
  readonly timings?: ConsoleOptions['timings'];
  /** How long signing in may take, the person's part in it included. */
  readonly patienceMs?: number;
  /** Runs the sign-in, more than once when it likes; once unless given. */
  readonly signingIn?: (signIn: () => Promise<void>) => Promise<void>;
}

const PATIENCE_MS = 20_000;
const BUILD = 'demo';
const clock = { clock: () => performance.now(), sleep: (ms: number) => sleep(ms) };

/** The PINs of this officer's devices, as the set-up chose them. */
export function pinsOf({ key, hsm, held }: Person, heldKey: string): Pins {
  const pins = new Map([[key.device.id, key.pin]]);
  if (hsm) pins.set(hsm.device.id, hsm.token.pin).set(hsm.device.uri, hsm.token.pin);
  if (held) pins.set(heldKey, held.pin);
  return pins;
}

function moduleDriver({ module, conf }: Token): KeptDriver<'pkcs11'> {
  return keepDriver(
    () => startDriver({ driver: 'pkcs11', config: { module }, env: { SOFTHSM2_CONF: conf } }),
    clock,
  );
}

/** The officer's virtual key waits for a touch; each of their HSMs has a driver process of its own. */
function driversOf({ key, hsm, held }: Person): ConsoleOptions['drivers'] {
  const { path, store, name } = key;
  const config = { devices: [{ kind: 'virtual' as const, path, store, name, touch: 'ask' as const }] };
  const tokens = [hsm?.token, held].filter((token) => token !== null && token !== undefined);
  return {
    securityKeys: keepDriver(() => startDriver({ driver: 'security-key', config }), clock),
    modules: tokens.map(moduleDriver),
  };
}

async function within(what: string, holds: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > until)
      throw new PartFailed('console', `${what} did not happen within ${PATIENCE_MS / 1000} s`);
    await sleep(20);
  }
}

/** Opens the officer's Console and signs in, with the device in their hand. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { crew, person, device, hand, signerUrl, ca, pin, onEvent, timings, patienceMs = 30_000 } = options;
  const keys = await openMachineKeys({ dir: person.machineKeys, name: person.machine.id, store: null });
  const console = await openConsole({
    dataDir: person.home,
    signerUrl,
    ca: [ca],
    pin,
    officer: person.id,
    machine: person.machine.id,
    device,
    keys,
    drivers: driversOf(person),
    ui: hand,
    build: BUILD,
    language: 'en',
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(timings === undefined ? {} : { timings }),
  });
  crew.join(() => console.close());
  const { signingIn = (signIn: () => Promise<void>) => signIn() } = options;
  await signingIn(() => console.signIn(AbortSignal.timeout(patienceMs)));
  // What was queued before a break of the link is there at once; deciding wants the Signer.
  const online = () => console.link?.state === 'online';
  const find = (requestId: string) =>
    online() ? console.queue().find((queued) => queued.requestId === requestId) : undefined;
  return {
    console,
    person,
    device,
    untilQueued: (requestId) => within(`the arrival of ${requestId}`, () => find(requestId) !== undefined),
    untilState: (requestId, state) =>
      within(`${requestId} being ${state}`, () => find(requestId)?.hold.state === state),
    close: () => console.close(),
  };
}
