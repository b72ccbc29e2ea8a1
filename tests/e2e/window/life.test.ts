// The app as the desktop sees it: one instance for each user, its folder, how it ends, and what a crash of a page does.
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../layers/tree.ts';
import { electron, needs } from '../../support/needs.ts';
import { fixturePage, Stage, type Launched } from './launch.ts';

const soon = <T>(what: () => T) => expect.poll(what, { timeout: 10_000 });

needs('electron', electron)('the app in Electron', () => {
  let launched: Launched;
  let stage: Stage;

  const start = (options: { state?: string; args?: readonly string[] } = {}): Promise<Launched> =>
    stage.launchFixture(options);

  beforeAll(async () => {
    stage = await Stage.open();
    launched = await start();
    await fixturePage(launched, 'app');
  });
  afterAll(() => stage.close());

  test('keeps the user’s folder to the user, and knows its places', async () => {
    const { places, argv } = await launched.app.evaluate(() => ({
      places: globalThis.fixture.places,
      argv: globalThis.fixture.argv,
    }));
    expect(statSync(places.state).mode & 0o777).toBe(0o700);
    expect(statSync(join(places.state, 'electron')).mode & 0o777).toBe(0o700);
    expect(places).toMatchObject({ packaged: false, version: '0.1.0', root: join(root, '.') });
    expect(places.build).toBe(
      (JSON.parse(readFileSync(join(stage.built, 'build.json'), 'utf8')) as { digest: string }).digest,
    );
    expect(argv).toEqual([]);
  });

  test('a second start of the same user tells the first, and ends', async () => {
    const state = join(stage.folder, 'one');
    const first = await start({ state, args: ['--demo'] });
    await fixturePage(first, 'app');
    expect(await first.app.evaluate(() => globalThis.fixture.argv)).toEqual(['--demo']);
    const link = 'signer-console://request/01M84V0CCVAFQFP3TBQNQ6TCSR';
    await expect(start({ state, args: [link] })).rejects.toThrow();
    await soon(() => first.app.evaluate(() => globalThis.fixture.opened.at(-1))).toEqual(
      expect.arrayContaining([link]),
    );
    await first.app.close();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends at %s, after what it started', async (signal) => {
    const one = await start();
    await fixturePage(one, 'app');
    const child = one.app.process();
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    process.kill(await one.app.evaluate(() => process.pid), signal);
    expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(one.said()).toContain('fixture: ended');
  });

  test('ends when its window is closed, whatever else is open', async () => {
    const one = await start();
    await fixturePage(one, 'app');
    await fixturePage(one, 'virtual-key');
    const ended = new Promise((resolve) => {
      one.app.process().once('exit', resolve);
    });
    await one.app.evaluate(() => globalThis.fixture.pages['app']?.close());
    expect(await ended).toBe(0);
    expect(one.said()).toContain('fixture: ended');
  });

  test('a page that crashes comes back once; then the person is told', async () => {
    const one = await start();
    await fixturePage(one, 'app');
    const crash = (): Promise<void> =>
      one.app.evaluate(({ BrowserWindow }) => {
        BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
      });
    const alive = (): Promise<boolean | undefined> =>
      one.app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        return contents && !contents.isCrashed() && !contents.isLoading();
      });
    await one.app.evaluate(({ dialog }) => {
      const asked: unknown[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = (...given: unknown[]) => {
        asked.push(given.at(-1));
        return Promise.resolve({ response: 0, checkboxChecked: false });
      };
    });
    await crash();
    await soon(() => one.said()).toMatch(/page app: \w+, exit code \d+/);
    await soon(alive).toBe(true);
    const ended = new Promise((resolve) => {
      one.app.process().once('exit', resolve);
    });
    await crash();
    await ended;
    expect(one.said()).toContain('it stopped twice');
  });

  test('a text is put on the clipboard, and a notification does no harm where nobody shows it', async () => {
    const text = await launched.app.evaluate(({ clipboard }) => {
      const { shell } = globalThis.fixture;
      shell.copy('sha256:ab');
      shell.notify('Signer Console', 'A request waits.', () => undefined);
      return clipboard.readText();
    });
    expect(text).toBe('sha256:ab');
  });

  test('a question tells its button, or -1 when it was closed; a path, or null', async () => {
    const said = await launched.app.evaluate(async ({ dialog }) => {
      const { shell } = globalThis.fixture;
      const asked: unknown[] = [];
      let response = 1;
      let file: string | undefined = '/tmp/a';
      dialog.showMessageBox = (...given: unknown[]) => {
        asked.push(given.at(-1));
        return Promise.resolve({ response, checkboxChecked: false });
      };
      dialog.showSaveDialog = () => Promise.resolve({ canceled: file === undefined, filePath: file ?? '' });
      const question = { message: 'm', detail: 'd', buttons: ['Yes', 'No'] };
      const answers: unknown[] = [await shell.ask(question)];
      const { cancelId } = asked[0] as { cancelId: number };
      response = cancelId; // what the system answers for a dialog that was closed
      answers.push(await shell.ask(question), await shell.askWhere({ title: 't', name: 'n' }));
      file = undefined;
      answers.push(await shell.askWhere({ title: 't', name: 'n' }));
      return answers;
    });
    expect(said).toEqual([1, -1, '/tmp/a', null]);
  });

  test('what the desktop prefers is told', async () => {
    const told = await launched.app.evaluate(async ({ nativeTheme }) => {
      const { shell } = globalThis.fixture;
      const seen: string[] = [];
      const off = shell.onSystemChange(() => seen.push(shell.system.appearance()));
      const settle = () =>
        new Promise((resolve) => {
          setTimeout(resolve, 200);
        });
      nativeTheme.themeSource = 'dark';
      await settle();
      nativeTheme.themeSource = 'light';
      await settle();
      off();
      nativeTheme.themeSource = 'dark';
      await settle();
      return { first: seen[0], last: seen.at(-1), locale: shell.system.locale() };
    });
    expect(told).toMatchObject({ first: 'dark', last: 'light' });
    expect(told.locale).toMatch(/^en/);
  });

  test('a page that was not built is a fault, and leaves no window', async () => {
    const built = join(stage.folder, 'half');
    cpSync(stage.built, built, { recursive: true });
    rmSync(join(built, 'pages', 'virtual-key', 'index.html'));
    const one = await stage.launchFixture({ env: { FIXTURE_BUILT: built } });
    await fixturePage(one, 'app');
    const said = await one.app.evaluate(async ({ BrowserWindow }) => {
      const code = await globalThis.fixture.open('virtual-key').then(
        () => 'opened',
        (thrown: unknown) => (thrown as { code?: string }).code,
      );
      return { code, windows: BrowserWindow.getAllWindows().length };
    });
    expect(said).toEqual({ code: 'file_missing', windows: 1 });
  });
});
