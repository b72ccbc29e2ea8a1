// The app document's side of main over a Console of a test world, in a shell without windows.
import type { ConsoleOptions } from '../../main/app/options.ts';
import { App } from '../../main/app/app.ts';
import type { ConsoleEvent } from '../../main/app/console.ts';
import { appHandlers } from '../../main/app/handlers/index.ts';
import { openSettings } from '../../main/settings/settings.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { FakeSigner } from './fake-signer.ts';
import { newFolder, openSeat, type Seat } from './seat.ts';
import { TestShell, type TestPage } from './test-shell.ts';
import type { Person } from './world.ts';

export interface AppSeat {
  readonly app: App;
  readonly seat: Seat;
  readonly shell: TestShell;
  readonly page: TestPage;
  /** What went wrong as a mistake of ours: always to be empty. */
  readonly failures: unknown[];
  readonly close: () => Promise<void>;
}

/** Opens the Console and its window, and signs in unless told otherwise. */
export async function appSeat(
  signer: FakeSigner,
  who: Person,
  overrides: Partial<ConsoleOptions> = {},
  { signIn = true, dataDir = newFolder() } = {},
): Promise<AppSeat> {
  const shell = new TestShell();
  const failures: unknown[] = [];
  const held: { app?: App } = {};
  const onEvent = (event: ConsoleEvent): void => held.app?.told(event);
  const seat = await openSeat(signer.world, signer, who, dataDir, { ...overrides, onEvent });
  const app = new App({
    shell,
    places: { root: '/', state: dataDir, build: 'test', version: '0', node: null, packaged: false },
    crypto: nodeCrypto,
    now: () => seat.clock.now,
    demo: true,
    settings: await openSettings({ state: dataDir, policyFile: `${dataDir}/policy.json` }),
    setUp: null,
    console: seat.console,
    identity: { officer: who.id, name: who.id, machine: who.machine.id, pin: signer.world.pin },
    others: ['ben'],
    served: new Map(),
    openConsole: () => Promise.resolve(),
    failed: (thrown) => failures.push(thrown),
  });
  held.app = app;
  app.attachPage(
    await shell.open('app', appHandlers(app), { title: '', size: { width: 1, height: 1 }, resizable: true }),
  );
  if (signIn) await seat.console.signIn();
  return {
    app,
    seat,
    shell,
    page: shell.page(),
    failures,
    close: async () => {
      app.close();
      await seat.console.close();
    },
  };
}
