// The demo's world as a process: told by its first line, tied to our life, attached to when it runs, refused when it lies.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorldReady } from '../../../contract/demo/world.ts';
import { openWorld, seatOf } from '../../../main/app/demo-world.ts';
import { newFolder, until } from '../../support/seat.ts';

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(() => {
  server.close();
});

function ready(dir: string, pid: number, overrides: Partial<WorldReady> = {}): WorldReady {
  const seat = {
    officer: 'ana',
    name: 'Ana',
    machine: 'ana-desk',
    dataDir: join(dir, 'ana'),
    machineKeys: join(dir, 'ana-keys'),
    device: 'ana-key',
    securityKeys: [],
    tokens: [],
  };
  return {
    ready: true,
    pid,
    signerUrl: `http://127.0.0.1:${port}`,
    ca: '',
    pin: `sha256:${'0'.repeat(64)}`,
    tenant: 'acme',
    hsm: false,
    signerHsm: null,
    seats: [seat, { ...seat, officer: 'ben' }],
    control: { url: `http://127.0.0.1:${port}`, token: 'x' },
    ...overrides,
  };
}

/** A world in a script: says `line`, lives until its stdin ends, and leaves a mark when it ends in peace. */
function scripted(line: string): { state: string; node: string; entry: string } {
  const state = newFolder();
  const entry = join(state, 'world.mjs');
  const code = [
    `import { writeFileSync } from 'node:fs';`,
    `process.stdout.write(${line}.replace('"pid":0', '"pid":' + process.pid));`,
    `process.stdin.on('end', () => { writeFileSync(${JSON.stringify(join(state, 'ended'))}, ''); process.exit(0); });`,
    `process.stdin.resume();`,
  ];
  writeFileSync(entry, code.join('\n'));
  return { state, node: process.execPath, entry };
}

const lineOf = (value: unknown): string => JSON.stringify(`${JSON.stringify(value)}\n`);

describe('a world of our own', () => {
  test('says where everything is, and ends with our hand on it', async () => {
    const options = scripted(lineOf(ready('/tmp/x', 0)));
    const world = await openWorld(options);
    expect(world.own).toBe(true);
    expect(world.ready.seats.map(({ officer }) => officer)).toEqual(['ana', 'ben']);
    await world.close();
    await world.ended;
    expect(existsSync(join(options.state, 'ended'))).toBe(true);
  });

  test('that ends by itself is told', async () => {
    const options = scripted(lineOf(ready('/tmp/x', 0)));
    const world = await openWorld(options);
    process.kill(world.ready.pid, 'SIGKILL');
    await world.ended;
    await world.close();
  });

  test.each([
    ['no JSON', JSON.stringify('hello\n')],
    ['another form', lineOf({ ready: true })],
    ['one member too many', lineOf({ ...ready('/tmp/x', 0), command: 'rm' })],
    ['a line without an end', `'x'.repeat(300 * 1024)`],
    ['nothing, and it ends', `(process.exitCode = 3, process.exit(), '')`],
  ])('that says %s is none, and does not live on', async (_, line) => {
    await expect(openWorld(scripted(line))).toRejectCode('demo_failed');
  });

  test('that says nothing is not waited for longer than that', async () => {
    await expect(openWorld({ ...scripted(`''`), readyMs: 300 })).toRejectCode('demo_failed');
  });

  test('without a Node there is none', async () => {
    await expect(openWorld({ ...scripted(`''`), node: null })).toRejectCode('node_missing');
    await expect(openWorld({ ...scripted(`''`), node: '/nowhere/node' })).toRejectCode('demo_failed');
  });
});

describe('a world that runs already', () => {
  const never = { node: null, entry: '/nowhere' };

  test('is attached to, and not ended by us', async () => {
    const options = scripted(lineOf(ready('/tmp/x', 0)));
    const own = await openWorld(options);
    writeFileSync(join(options.state, 'world.json'), JSON.stringify(own.ready), { mode: 0o600 });
    const second = await openWorld({ ...never, state: options.state });
    expect(second).toMatchObject({ own: false, ready: own.ready });
    await second.close();
    expect(existsSync(join(options.state, 'ended'))).toBe(false);
    const third = await openWorld({ ...never, state: options.state });
    await own.close();
    await third.ended; // the first one's end is told to whoever attached
  });

  test.each([
    ['nobody has its number', { pid: 4_000_000 }],
    ['nobody answers', { pid: process.pid, signerUrl: 'http://127.0.0.1:1' }],
  ])('counts for nothing when %s', async (_, overrides) => {
    const state = newFolder();
    writeFileSync(join(state, 'world.json'), JSON.stringify(ready(state, 0, overrides)), { mode: 0o600 });
    await expect(openWorld({ ...never, state })).toRejectCode('node_missing');
  });

  test('counts for nothing when others could have written it, or it is of no form', async () => {
    const state = newFolder();
    const path = join(state, 'world.json');
    writeFileSync(path, JSON.stringify(ready(state, process.pid)), { mode: 0o644 });
    await expect(openWorld({ ...never, state })).toRejectCode('node_missing');
    rmSync(path);
    writeFileSync(path, '{"ready":true}', { mode: 0o600 });
    await expect(openWorld({ ...never, state })).toRejectCode('node_missing');
  });
});

test('its log goes to a file, for this user', async () => {
  const options = scripted(`(process.stderr.write('what went wrong\\n'), '')`);
  await expect(openWorld({ ...options, readyMs: 500 })).toRejectCode('demo_failed');
  await until(() => readFileSync(join(options.state, 'world.log'), 'utf8').includes('what went wrong'));
});

test('each officer has a seat, the first one where nobody is named', () => {
  const world = ready('/tmp/x', 1);
  expect(seatOf(world, null).officer).toBe('ana');
  expect(seatOf(world, 'ben').officer).toBe('ben');
  expect(() => seatOf(world, 'eve')).toThrowCode('usage');
});
