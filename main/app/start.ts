// Starts the app under a shell: reads the arguments, begins, fills the inbox, opens the window, and ends what it started.
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { TokenSeat } from '../../contract/demo/world.ts';
import { isFault } from '../../core/fault/fault.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { Page, Shell } from '../shell/shell.ts';
import type { Places } from '../shell/places.ts';
import { App } from './app.ts';
import { requestLinked } from '../shell/deep-link.ts';
import { readArguments, type Arguments } from './argv.ts';
import { begin, type Begun, type How } from './begin.ts';
import { CeremonyRoom } from './ceremonies/room.ts';
import { readScripts } from './ceremonies/scripts.ts';
import { openConsole, type Console, type ConsoleEvent } from './console.ts';
import { openWorld } from './demo-world.ts';
import { moduleDriver } from './seating.ts';
import { attributeOf } from '../../ports/hand/hsm.ts';
import { appHandlers } from './handlers/index.ts';
import { Others, argumentsFor, withoutOwn } from './others.ts';
import { faultOf } from './snapshots/common.ts';
import { actsMaker, type Acts } from './wire-acts.ts';

/** How long the first window waits for an inbox that is not filled yet, in milliseconds. */
const FILL_MS = 5000;
const SIZE = { width: 1280, height: 800 };

/** Main's log: mistakes of ours, whole; they are never shown to a page. */
function failed(thrown: unknown): void {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`signer-console: ${text}\n`);
}

/** Ends things once, the last begun first; what fails keeps nothing else from ending. */
function endingOf(steps: (() => Promise<void>)[]): () => Promise<void> {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (let step = steps.pop(); step; step = steps.pop()) await step().catch(failed);
  };
  return () => (running ??= run());
}

/**
 * The demo's officer is signed in without a click; resolves with whether that went well. Who cannot be is shown as signed
 * out, and may try by hand.
 */
async function signInAlone({ console, maker }: Begun): Promise<boolean> {
  if (!console) return false;
  try {
    await maker.signInAlone(console);
    return true;
  } catch (thrown) {
    if (!isFault(thrown)) failed(thrown);
    return false;
  }
}

/** Waits for the inbox, no longer than `ms`, and not at all when nobody is signed in to fill it. */
async function filled(app: App, ms: number, signedIn: Promise<boolean>): Promise<void> {
  const end = performance.now() + ms;
  const hopeless = new AbortController();
  void signedIn.then((is) => is || hopeless.abort());
  const { signal } = hopeless;
  while (!signal.aborted && app.inbox && !app.inbox.filled && performance.now() < end) await sleep(25);
}

/** What the Console tells before there is an app to hear it is kept for it. */
function early(): { tell: (event: ConsoleEvent) => void; handTo: (app: App) => void } {
  const kept: ConsoleEvent[] = [];
  let heard: App | undefined;
  return {
    tell: (event) => (heard ? heard.told(event) : void kept.push(event)),
    handTo: (app) => {
      heard = app;
      for (const event of kept.splice(0)) app.told(event);
    },
  };
}

function appOf(shell: Shell, places: Places, argv: readonly string[], given: Arguments, begun: Begun) {
  const others = new Others({
    program: process.execPath,
    before: withoutOwn(process.argv.slice(1), argv),
    env: process.env,
  });
  const { settings, setUp, console, identity, served } = begun;
  const app = new App({
    shell,
    places,
    crypto: nodeCrypto,
    now: () => new Date(),
    demo: given.demo,
    settings,
    setUp,
    console,
    identity,
    others: begun.others,
    served,
    openConsole: (officer) => others.open(officer, argumentsFor(argv, officer, given.data)),
    failed,
  });
  return { app, others };
}

/** Those of this Console, in its own folder. */
async function ceremoniesOf(
  app: App,
  shell: Shell,
  console: Console,
  acts: Acts,
  signerHsm: TokenSeat | null,
): Promise<CeremonyRoom> {
  const { settings, places } = app.parts;
  const brought = signerHsm && moduleDriver(shell, { path: signerHsm.module, env: signerHsm.env });
  const serial = signerHsm && attributeOf(signerHsm.serves[0] ?? '', 'serial');
  const beside = signerHsm && serial ? [{ serial, label: signerHsm.label }] : [];
  return new CeremonyRoom({
    folder: join(settings.current().dataDir.value, 'ceremonies'),
    shell,
    scripts: await readScripts(places.root, failed),
    acts: acts.forCeremonies,
    person: acts.person,
    look: () => ({ appearance: appearanceOf(app, shell), language: app.language() }),
    virtualKeys: acts.virtualKeys,
    own: {
      signing: console.hardware,
      note: console.hardware.note,
      modules: [...console.hardware.modules, ...(brought ? [brought] : [])],
      devices: async () => [
        ...(await console.devices()),
        ...beside.map((one) => ({ kind: 'hsm' as const, ...one, model: '' })),
      ],
      care: console.care,
    },
    place: () => settings.current().signer.value,
    trust: () => console.trusted(),
    lock: () => console.journal.lock && faultOf(console.journal.lock),
    tokens: () => [...beside, ...(app.hardware?.described?.tokens ?? [])],
    closed: () => brought?.close() ?? Promise.resolve(),
    changed: () => app.touch('ceremonies'),
    failed,
  });
}

function appearanceOf(app: App, shell: Shell) {
  const { value } = app.parts.settings.current().appearance;
  return value === 'system' ? shell.system.appearance() : value;
}

async function attachActs(
  app: App,
  shell: Shell,
  { console, identity, maker, signerHsm }: Begun,
): Promise<void> {
  if (!console || !identity) return;
  const acts = maker.attach({
    shell,
    console,
    officer: identity.officer,
    machine: identity.machine,
    page: () => app.page,
    review: (reviewId) => app.openedReview(reviewId),
    compared: (review) => app.comparedOf(review),
    appearance: () => appearanceOf(app, shell),
    language: () => app.language(),
    devicesChanged: () => app.hardware?.now(),
    learned: (path, device) => app.hardware?.learn(path, device),
  });
  app.attachActs(acts);
  const room = await ceremoniesOf(app, shell, console, acts, signerHsm);
  app.attachCeremonies(room);
  // each is taken up in its own time: the window need not wait for it
  void room.load().catch(failed);
}

function follow(app: App, shell: Shell, page: Page, given: Arguments, begun: Begun): void {
  app.attachPage(page);
  if (given.request !== null) app.navigate({ to: 'request', requestId: given.request });
  shell.onOpened((argv) => {
    page.focus();
    const requestId = requestLinked(argv);
    if (requestId !== null) app.navigate({ to: 'request', requestId });
  });
  shell.onSystemChange(() => app.restyle());
  void begun.world?.ended.then(() => app.ended({ code: 'demo_ended', detail: '' }));
  void page.closed.then(() => shell.quit());
}

/**
 * Starts the app and resolves when its window is open. `argv` is what follows the program and the app's own path. Rejects
 * with LackFault `usage`, and when the window cannot be opened; then nothing that was started is left.
 */
export async function startApp(
  shell: Shell,
  argv: readonly string[],
  places: Places,
  how: Partial<How> = {},
): Promise<void> {
  const given = readArguments(argv);
  const whole: How = { openConsole, openWorld, actsMaker, ...how };
  const steps: (() => Promise<void>)[] = [];
  const end = endingOf(steps);
  shell.onQuit(end);
  try {
    const { tell, handTo } = early();
    const begun = await begin({ shell, places, given, onEvent: tell, ending: steps, how: whole, failed });
    const { app, others } = appOf(shell, places, argv, given, begun);
    steps.push(async () => {
      others.close();
      app.close();
      await app.closeActs();
    });
    await attachActs(app, shell, begun);
    handTo(app);
    if (given.demo) await filled(app, whole.fillMs ?? FILL_MS, signInAlone(begun));
    const options = { title: 'Signer Console', size: SIZE, resizable: true };
    follow(app, shell, await shell.open('app', appHandlers(app), options), given, begun);
  } catch (thrown) {
    await end();
    throw thrown;
  }
}
