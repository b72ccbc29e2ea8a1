// Processes of ours under Electron: real drivers, the second decoder, and every way in which such a process can end.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Exit } from '../../../contract/driver/port.ts';
import { PAYLOAD_TYPE } from '../../../core/dsse/statement.ts';
import { viewDigest, viewOf } from '../../../core/review/view.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { tokenStore } from '../../native/softhsm-token.ts';
import { electron, needs, softhsm } from '../../support/needs.ts';
import { samplePayload } from '../../support/world.ts';
import { runs } from '../processes.ts';
import { Stage, windowOf, type Launched } from './launch.ts';

/** Does what it is told by a message: tells its environment, sends bytes back, ends, crashes, hangs. */
const PROBE = `
process.parentPort.on('message', ({ data }) => {
  const { say, code } = data;
  if (say === 'env') process.parentPort.postMessage({ env: { ...process.env }, argv: process.argv.slice(2), pid: process.pid });
  if (say === 'bytes') process.parentPort.postMessage({ same: data.bytes instanceof Uint8Array, bytes: data.bytes });
  if (say === 'exit') process.exit(code);
  if (say === 'abort') process.abort();
  if (say === 'crash') process.crash();
  if (say === 'throw') setImmediate(() => { throw new Error('on purpose'); });
  if (say === 'stderr') process.stderr.write('one\\ntwo\\n' + 'x'.repeat(5000) + '\\n');
  if (say === 'hang') for (;;);
});`;

let stage: Stage;

needs('electron', electron)('utility processes', () => {
  let launched: Launched;
  let probe: string;

  beforeAll(async () => {
    stage = await Stage.open();
    probe = join(stage.folder, 'probe.cjs');
    writeFileSync(probe, PROBE);
    launched = await stage.launchFixture({ env: { SECRET_OF_MAIN: '1' } });
    await windowOf(launched, 'app');
  });
  afterAll(() => stage.close());

  /** Starts the probe, posts one message, and gives its first answer or its end. */
  const tell = (
    message: object,
    env: Record<string, string> = {},
  ): Promise<{ answer?: unknown; exit?: Exit }> =>
    launched.app.evaluate(
      (_electron, { entry, sent, env }) =>
        new Promise((resolve) => {
          const { fixture } = globalThis;
          const port = fixture.utilityPort({ name: 'probe', entry, args: ['a'], env, log: fixture.log });
          port.onMessage((answer) => {
            resolve({ answer });
            port.kill();
          });
          port.onExit((exit) => resolve({ exit }));
          port.post(sent);
        }),
      { entry: probe, sent: message, env },
    );

  test('are given their environment and nothing of ours', async () => {
    const { answer } = await tell({ say: 'env' }, { GIVEN: 'yes' });
    const { env, argv } = answer as { env: Record<string, string>; argv: string[] };
    expect(env).toMatchObject({ GIVEN: 'yes' });
    expect(Object.keys(env).filter((name) => /SECRET|HOME|PATH|XDG/.test(name))).toEqual([]);
    expect(argv).toEqual(['a']);
    const none = (await tell({ say: 'env' })).answer as { env: Record<string, string> };
    expect(Object.keys(none.env).filter((name) => /SECRET|HOME|PATH|XDG/.test(name))).toEqual([]);
  });

  test('carry bytes as bytes', async () => {
    const answer = await launched.app.evaluate(
      (_electron, entry) =>
        new Promise((resolve) => {
          const { fixture } = globalThis;
          const port = fixture.utilityPort({ name: 'probe', entry, args: [], env: {}, log: fixture.log });
          port.onMessage((message) => {
            const { same, bytes } = message as { same: boolean; bytes: Uint8Array };
            resolve({ same, here: bytes instanceof Uint8Array, bytes: [...bytes] });
            port.kill();
          });
          port.post({ say: 'bytes', bytes: new Uint8Array([1, 2, 255]) });
        }),
      probe,
    );
    expect(answer).toEqual({ same: true, here: true, bytes: [1, 2, 255] });
  });

  test.each([
    ['an exit', { say: 'exit', code: 0 }, { code: 0, signal: null }],
    ['an exit with a code', { say: 'exit', code: 3 }, { code: 3, signal: null }],
    ['an uncaught error', { say: 'throw' }, { code: 1, signal: null }],
    ['an abort', { say: 'abort' }, { code: null, signal: expect.stringMatching(/crashed|abnormal-exit/) }],
    ['a crash', { say: 'crash' }, { code: null, signal: 'crashed' }],
  ])('end by %s, and are told apart', async (_name, message, exit) => {
    expect(await tell(message)).toEqual({ exit });
  });

  test('that hang are killed at once, and what is posted then goes nowhere', async () => {
    const exit = await launched.app.evaluate(
      (_electron, entry) =>
        new Promise((resolve) => {
          const { fixture } = globalThis;
          const port = fixture.utilityPort({ name: 'probe', entry, args: [], env: {}, log: fixture.log });
          port.onMessage(() => {
            port.post({ say: 'hang' });
            setTimeout(() => port.kill(), 100);
          });
          port.onExit((how) => {
            port.post({ say: 'env' });
            port.kill();
            port.onExit((again) => resolve([how, again]));
          });
          port.post({ say: 'env' });
        }),
      probe,
    );
    expect(exit).toEqual([
      { code: null, signal: 'killed' },
      { code: null, signal: 'killed' },
    ]);
  });

  test('are heard on stderr, by the line, each with the name of its process', async () => {
    await launched.app.evaluate((_electron, entry) => {
      const { fixture } = globalThis;
      const port = fixture.utilityPort({ name: 'probe', entry, args: [], env: {}, log: fixture.log });
      port.post({ say: 'stderr' });
      setTimeout(() => port.post({ say: 'exit', code: 0 }), 200);
    }, probe);
    await expect
      .poll(() => launched.said(), { timeout: 10_000 })
      .toMatch(/^probe \d+: one\nprobe \d+: two\n/m);
    expect(
      Math.max(
        ...launched
          .said()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(1200);
  });

  test('a driver answers with a virtual key, from hello to list', async () => {
    const store = join(stage.folder, 'key.json');
    const found = await launched.app.evaluate(async (_electron, path) => {
      const { shell, connectDriver } = globalThis.fixture;
      const device = { kind: 'virtual' as const, path: 'virtual:ana', store: path, touch: 'auto' as const };
      const driver = await connectDriver(shell.driver({}), {
        driver: 'security-key',
        config: { devices: [device] },
      });
      const listed = await driver.call('list', {}, { deadlineMs: 5000 });
      await driver.close();
      return { listed, exit: await driver.exited };
    }, store);
    expect(found).toMatchObject({
      listed: { devices: [{ path: 'virtual:ana', virtual: true }] },
      exit: { code: 0, signal: null },
    });
  });

  test('a driver that is killed fails its calls with driver_exited', async () => {
    const store = join(stage.folder, 'waiting.json');
    const code = await launched.app.evaluate(async (_electron, path) => {
      const { shell, connectDriver } = globalThis.fixture;
      const port = shell.driver({});
      const device = { kind: 'virtual' as const, path: 'virtual:ana', store: path, touch: 'ask' as const };
      const driver = await connectDriver(port, { driver: 'security-key', config: { devices: [device] } });
      const onAskTouch = (): Promise<boolean> =>
        new Promise(() => {
          port.kill();
        });
      return driver.call('select', {}, { deadlineMs: 20_000, onAskTouch }).then(
        () => 'answered',
        (thrown: unknown) => (thrown as { code?: string }).code,
      );
    }, store);
    expect(code).toBe('driver_exited');
  });

  test('the second decoder agrees with core, and a bad question is a refusal', async () => {
    const payload = samplePayload();
    const ask = (input: string): Promise<string> =>
      launched.app.evaluate(async (_electron, text) => {
        const { shell } = globalThis.fixture;
        return shell.second([], new TextEncoder().encode(text)).then(
          (answer) => new TextDecoder().decode(answer),
          (thrown: unknown) => String((thrown as { code?: string }).code),
        );
      }, input);
    const question = {
      version: '1',
      payloadType: PAYLOAD_TYPE,
      payload: Buffer.from(payload).toString('base64'),
    };
    const digest = viewDigest(nodeCrypto, viewOf(nodeCrypto, '1', PAYLOAD_TYPE, payload));
    expect(JSON.parse(await ask(JSON.stringify(question)))).toEqual({ digest });
    expect(await ask('{"version": "1"}')).toBe('second_decoder');
    expect(await ask('no json')).toBe('second_decoder');
  });

  test('a second decoder that hangs, or says something else, is a refusal and is ended', async () => {
    const said = await launched.app.evaluate(async (_electron, entry) => {
      const { runSecond } = globalThis.fixture;
      const code = (thrown: unknown): string => String((thrown as { code?: string }).code);
      const late = runSecond(entry, [], new Uint8Array([1]), () => undefined, 300).catch(code);
      return [await late];
    }, probe);
    expect(said).toEqual(['second_decoder']);
  });

  test('do not outlive a main process that is killed', async () => {
    const one = await stage.launchFixture();
    await windowOf(one, 'app');
    const pids = await one.app.evaluate(
      (_electron, entry) =>
        new Promise<number[]>((resolve) => {
          const { fixture } = globalThis;
          const port = fixture.utilityPort({ name: 'probe', entry, args: [], env: {}, log: fixture.log });
          port.onMessage((message) => resolve([process.pid, (message as { pid: number }).pid]));
          port.post({ say: 'env' });
        }),
      probe,
    );
    const [main = 0, child = 0] = pids;
    expect(runs(child)).toBe(true);
    process.kill(main, 'SIGKILL');
    await expect.poll(() => runs(child), { timeout: 10_000 }).toBe(false);
  });
});

needs('softhsm and electron', () => electron() ?? softhsm())('a PKCS#11 driver under Electron', () => {
  let own: Stage;
  beforeAll(async () => {
    own = await Stage.open();
  });
  afterAll(() => own.close());

  test('loads the module, which sees its own token and no other', async () => {
    const store = tokenStore();
    try {
      const serial = store.token('ana');
      const launched = await own.launchFixture();
      await windowOf(launched, 'app');
      const found = await launched.app.evaluate(
        async (_electron, { module, env }) => {
          const { shell, connectDriver } = globalThis.fixture;
          const driver = await connectDriver(shell.driver(env), { driver: 'pkcs11', config: { module } });
          const { tokens } = await driver.call('tokens', {}, { deadlineMs: 10_000 });
          await driver.close();
          return tokens.map(({ serial, label }) => ({ serial, label }));
        },
        { module: store.library, env: { ...store.env } },
      );
      expect(found).toEqual([{ serial, label: 'ana' }]);
    } finally {
      store.remove();
    }
  });

  test('no native addon is ever in the main process', async () => {
    const launched = await own.launchFixture();
    await windowOf(launched, 'app');
    const maps = await launched.app.evaluate(() => process.pid);
    expect(readFileSync(`/proc/${maps}/maps`, 'utf8')).not.toMatch(/\.node$|softhsm|libusb/m);
  });
});
