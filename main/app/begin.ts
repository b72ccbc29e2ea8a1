// How the app begins: in the demo's world, as configured, or with nothing but the reason why it cannot.
import { join } from 'node:path';
import type { Fault } from '../../contract/ipc/call.ts';
import type { SignerPlace } from '../../contract/stored/console-settings.ts';
import type { TokenSeat, WorldReady } from '../../contract/demo/world.ts';
import { LackFault, isFault } from '../../core/fault/fault.ts';
import { SettingsStore, openSettings } from '../settings/settings.ts';
import type { Places } from '../shell/places.ts';
import type { Shell } from '../shell/shell.ts';
import type { Identity } from './app.ts';
import type { Arguments } from './argv.ts';
import type { Console } from './console.ts';
import { openWorld, seatOf, type LiveWorld } from './demo-world.ts';
import type { ConsoleOptions } from './options.ts';
import { configuredOptions, demoOptions, modulesOf, placeOf, type Around } from './seating.ts';
import { faultOf } from './snapshots/common.ts';
import { actsMaker, noActs, type ActsMaker, type Sitting } from './wire-acts.ts';

/** What a test may put in the place of what the app does by itself. */
export interface How {
  readonly openConsole: (options: ConsoleOptions) => Promise<Console>;
  readonly openWorld: typeof openWorld;
  readonly actsMaker: typeof actsMaker;
  readonly policyFile?: string;
  readonly fillMs?: number;
}

/** `ending`: what must be ended with the app, the last thing first. */
export interface BeginOptions {
  readonly shell: Shell;
  readonly places: Places;
  readonly given: Arguments;
  readonly onEvent: NonNullable<ConsoleOptions['onEvent']>;
  readonly ending: (() => Promise<void>)[];
  readonly how: How;
  /** Told of mistakes of ours. */
  readonly failed: (thrown: unknown) => void;
}

/** `console` null with `setUp` why. `served`: which enrolled device each path of the seat's keys is. */
export interface Begun {
  readonly settings: SettingsStore;
  readonly setUp: Fault | null;
  readonly console: Console | null;
  readonly identity: Identity | null;
  readonly others: readonly string[];
  readonly served: ReadonlyMap<string, string>;
  readonly world: LiveWorld | null;
  /** The demo Signer's own HSM, for a ceremony. */
  readonly signerHsm: TokenSeat | null;
  readonly maker: ActsMaker;
}

type Bare = Omit<Begun, 'console' | 'setUp'>;

function around({ shell, places, onEvent }: BeginOptions, { settings, maker }: Bare): Around {
  const { value } = settings.current().language;
  const language = value === 'system' ? shell.system.locale() : value;
  return { ui: maker.person, sessions: maker.sessions, build: places.build.slice(0, 200), language, onEvent };
}

/** A fault here is what the window shows; anything else is a mistake of ours and ends the start. */
async function openOr(
  options: BeginOptions,
  bare: Bare,
  make: () => Promise<ConsoleOptions>,
): Promise<Begun> {
  try {
    const console = await options.how.openConsole(await make());
    options.ending.push(() => console.close());
    return { ...bare, console, setUp: null };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return { ...bare, console: null, setUp: faultOf(thrown) };
  }
}

const nobody = () => ({
  identity: null,
  others: [],
  served: new Map<string, string>(),
  world: null,
  signerHsm: null,
  maker: noActs(),
});

function policyFile({ policyFile: path }: How) {
  return path === undefined ? {} : { policyFile: path };
}

/** The settings, also when the policy file cannot be used: then `setUp` is why, and nothing is connected to. */
async function settingsOf(
  state: string,
  how: How,
): Promise<{ settings: SettingsStore; setUp: Fault | null }> {
  try {
    return { settings: await openSettings({ state, ...policyFile(how) }), setUp: null };
  } catch (thrown) {
    if (!(thrown instanceof LackFault)) throw thrown;
    const settings = new SettingsStore({ state }, undefined, undefined, thrown);
    return { settings, setUp: faultOf(thrown) };
  }
}

const sittingOf = ({ officer, machine, pin, device }: SignerPlace): Sitting => ({
  officer,
  machine,
  device,
  signer: pin,
});

/** What the others could bring to a ceremony at this seat. */
const guestsOf = ({ seats }: WorldReady, officer: string) =>
  seats
    .filter((one) => one.officer !== officer)
    .flatMap(({ officer: whose, securityKeys }) => securityKeys.map((seat) => ({ officer: whose, seat })));

async function beginDemo(options: BeginOptions): Promise<Begun> {
  const { shell, places, given, ending, how } = options;
  const state = given.data ?? join(places.state, 'demo');
  const entry = join(places.root, 'demo', 'world', 'main.ts');
  const world = await how.openWorld({ state, node: places.node, entry });
  ending.push(() => world.close());
  const { ready } = world;
  const seat = seatOf(ready, given.officer);
  const signer = placeOf(ready, seat);
  const settings = await openSettings({
    state: seat.dataDir,
    demo: { signer, modules: modulesOf(seat), dataDir: seat.dataDir },
    ...policyFile(how),
  });
  const { officer, name, machine } = seat;
  const bare: Bare = {
    settings,
    identity: { officer, name, machine, pin: ready.pin },
    others: ready.seats.map((one) => one.officer).filter((id) => id !== officer),
    served: new Map(
      seat.securityKeys.flatMap(({ path, enrolled }) => (enrolled === null ? [] : [[path, enrolled]])),
    ),
    world,
    signerHsm: ready.signerHsm,
    maker: how.actsMaker({
      shell,
      seat,
      guests: guestsOf(ready, officer),
      guestTokens: ready.signerHsm ? [ready.signerHsm] : [],
      sitting: sittingOf(signer),
      failed: options.failed,
    }),
  };
  return openOr(options, bare, () =>
    demoOptions(shell, ready, seat, bare.maker.virtualKeys, around(options, bare)),
  );
}

async function beginConfigured(options: BeginOptions): Promise<Begun> {
  const { shell, places, given, how } = options;
  const { settings, setUp } = await settingsOf(given.data ?? places.state, how);
  const { signer, modules, dataDir } = settings.current();
  const nothing = { ...nobody(), settings };
  const without = (fault: Fault): Begun => ({ ...nothing, console: null, setUp: fault });
  if (setUp) return without(setUp);
  // The other shell is for the demo: a browser of the system is no place for a directory that counts.
  if (shell.name !== 'electron') return without({ code: 'demo_only', detail: shell.name });
  const place = signer.value;
  if (!place) return without(faultOf(settings.fault ?? new LackFault('not_configured')));
  const { officer, machine, pin } = place;
  const bare: Bare = {
    ...nothing,
    identity: { officer, name: officer, machine, pin },
    maker: how.actsMaker({
      shell,
      seat: null,
      guests: [],
      guestTokens: [],
      sitting: sittingOf(place),
      failed: options.failed,
    }),
  };
  return openOr(options, bare, () =>
    configuredOptions(shell, place, modules.value, dataDir.value, around(options, bare)),
  );
}

/**
 * Begins. A world or a Console that cannot be had is no failure of the start: the window opens and says so. Rejects with
 * LackFault `usage` for an officer who is not there.
 */
export async function begin(options: BeginOptions): Promise<Begun> {
  if (!options.given.demo) return beginConfigured(options);
  try {
    return await beginDemo(options);
  } catch (thrown) {
    if (!(thrown instanceof LackFault) || thrown.code === 'usage') throw thrown;
    const state = options.given.data ?? join(options.places.state, 'demo');
    const { settings } = await settingsOf(state, options.how);
    return { ...nobody(), settings, console: null, setUp: faultOf(thrown) };
  }
}
