// How a sandbox begins and ends: what it keeps, whom it takes with it, and what it says when it cannot start.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { launch, launchNpm, pipeline, told, type Launched, type Told } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sandbox-life-'));
const all: Launched[] = [];
afterEach(async () => {
  for (const { child, exited } of all.splice(0)) {
    child.kill('SIGTERM');
    await exited;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(args: readonly string[], env: Record<string, string> = {}): Launched {
  const launched = launch(args, env);
  all.push(launched);
  return launched;
}

const answers = async (url: string): Promise<boolean> => {
  try {
    await fetch(url);
    return true;
  } catch {
    return false;
  }
};

async function allGone({ url, token, poe }: Told): Promise<void> {
  for (const one of [url, token, poe]) await expect.poll(() => answers(one), { timeout: 10_000 }).toBe(false);
}

const pin = async ({ url }: Told): Promise<unknown> =>
  ((await (await fetch(`${url}/trust-root`)).json()) as { pin: string }).pin;
const size = async ({ url }: Told): Promise<number> =>
  Number((await (await fetch(`${url}/log/checkpoint`)).text()).split('\n')[1]);

describe('its end', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    '%s takes all three servers with it; the next start finds what was kept',
    async (signal) => {
      const data = join(folder, signal);
      const first = start(['--dev', '--data', data]);
      const before = await told(first);
      expect(statSync(data).mode & 0o777).toBe(0o700);
      expect((await (await pipeline(before)).sign()).status).toBe(200);
      const [wasPin, wasSize] = [await pin(before), await size(before)];
      first.child.kill(signal);
      expect(await first.exited).toBe(signal === 'SIGKILL' ? null : 0);
      await allGone(before);
      const after = await told(start(['--dev', '--data', data]));
      expect(await pin(after)).toBe(wasPin);
      expect(await size(after)).toBeGreaterThanOrEqual(wasSize);
      expect(after.scannerImageDigest).toBe(before.scannerImageDigest);
      expect((await (await pipeline(after)).sign()).status).toBe(200);
    },
  );
});

test.each(['SIGTERM', 'SIGKILL'] as const)('npm run, ended by %s, leaves nothing behind', async (signal) => {
  const npm = launchNpm(['--dev', '--data', join(folder, `npm-${signal}`)]);
  all.push(npm);
  const sandbox = await told(npm);
  npm.child.kill(signal);
  await allGone(sandbox);
});

describe('two at a time', () => {
  test('without --data each has a folder of its own in the state folder', async () => {
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    const [a, b] = await Promise.all([told(start(['--dev'], env)), told(start(['--dev'], env))]);
    expect(await pin(a)).not.toBe(await pin(b));
    expect(statSync(join(folder, 'state', 'signer-console', 'sandbox')).isDirectory()).toBe(true);
  });
  test('with the same --data the second says so in one line and exits 2', async () => {
    const data = join(folder, 'same');
    await told(start(['--dev', '--data', data]));
    const second = start(['--dev', '--data', data]);
    expect(await second.exited).toBe(2);
    expect(second.err().trim().split('\n')).toHaveLength(1);
    expect(second.err()).toMatch(/in use by another sandbox/);
    expect(second.out()).toBe('');
  });
});

describe('what cannot be', () => {
  test('a port that is in use: one line, exit 2', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      blocker.once('listening', resolve);
    });
    const { port } = blocker.address() as AddressInfo;
    const launched = start(['--dev', '--data', join(folder, 'port'), '--port', String(port)]);
    expect(await launched.exited).toBe(2);
    expect(launched.err()).toMatch(new RegExp(`^signer: port ${port} is in use`));
    expect(launched.out()).toBe('');
    blocker.close();
  });
  test('a port that is free is the one that is used', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      probe.once('listening', resolve);
    });
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => {
      probe.close(resolve);
    });
    const { url } = await told(start(['--dev', '--data', join(folder, 'chosen'), '--port', String(port)]));
    expect(new URL(url).port).toBe(String(port));
  });
  test.each([[[]], [['--dev', '--port', 'x']], [['--prod']]])(
    'arguments that cannot be used: %j',
    async (args: string[]) => {
      const launched = start(args);
      expect(await launched.exited).toBe(2);
      expect(launched.err()).toMatch(/^signer: .+\n\nnpm run signer -- --dev/);
      expect(launched.out()).toBe('');
    },
  );
  test('a folder that is a file: one line without a stack, exit 2', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const launched = start(['--dev', '--data', path]);
    expect(await launched.exited).toBe(2);
    expect(launched.err().trim().split('\n')).toHaveLength(1);
  });
  test('a configuration that is not there, and one that is none', async () => {
    const missing = start([join(folder, 'nowhere.json')]);
    expect(await missing.exited).toBe(2);
    expect(missing.err()).not.toMatch(/\n\s+at /);
    const path = join(folder, 'bad.json');
    writeFileSync(path, '{"a":1,"a":2}');
    const bad = start([path]);
    expect(await bad.exited).toBe(2);
    expect(bad.err()).not.toMatch(/\n\s+at /);
  });
});

test('goes on signing while nobody reads its log', async () => {
  const launched = start(['--dev', '--data', join(folder, 'unread')]);
  const sandbox = await told(launched);
  launched.child.stderr?.pause();
  const ci = await pipeline(sandbox);
  const large = { 'x-y': 'z'.repeat(10) };
  for (let i = 0; i < 40; i++)
    await Promise.all(Array.from({ length: 50 }, () => fetch(`${sandbox.url}/nowhere`, { headers: large })));
  expect((await ci.sign()).status).toBe(200);
}, 60_000);

test('with its own configuration file the Signer runs by itself, and ends with its launcher', async () => {
  const data = join(folder, 'own');
  const first = start(['--dev', '--data', data]);
  const sandbox = await told(first);
  const config = JSON.parse(readFileSync(join(data, 'config.json'), 'utf8')) as object;
  first.child.kill('SIGTERM');
  await first.exited;
  const path = join(folder, 'own.json');
  writeFileSync(path, JSON.stringify({ ...config, endWithStdin: false }));
  const launched = start([path]);
  await expect.poll(launched.out, { timeout: 10_000 }).toMatch(/"ready":true/);
  const { port } = JSON.parse(launched.out()) as { port: number };
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  launched.child.kill('SIGTERM');
  expect(await launched.exited).toBe(0);
  expect(await answers(`http://127.0.0.1:${port}/healthz`)).toBe(false);
  await allGone(sandbox);
});
