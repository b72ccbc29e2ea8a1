// What the demo's world keeps and what it throws away: never too many waiting, killed and started again, broken, reset.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { WorldReady } from '../../../contract/demo/world.ts';
import { readInstallation } from '../../../demo/world/installation.ts';
import { descendants, runs } from '../../e2e/processes.ts';
import { end, launch, launchWorld, newState, ready, sit, until, wish, type Launched } from './run.ts';

const TIME = 120_000;
const all: Launched[] = [];
afterEach(async () => {
  for (const launched of all.splice(0)) {
    launched.child.kill('SIGKILL');
    await launched.exited;
  }
});

function start(state: string, ...more: string[]): Launched {
  const usual = more.includes('--outage') ? [] : ['--outage', '3600'];
  const launched = launchWorld(state, ...usual, ...more);
  all.push(launched);
  return launched;
}

const quiet = (state: string): Launched => start(state, '--quiet');
const reset = (state: string): Launched => launch('demo/reset.ts', ['--state', state]);
/** All of stderr, which is one line. */
const oneLine = ({ err }: Launched): string => {
  expect(err().trim().split('\n')).toHaveLength(1);
  return err();
};

/** Opens ana's Console and reads how many wait, as long as this runs. */
async function most(world: WorldReady, ms: number): Promise<{ most: number; last: number }> {
  const ana = await sit(world, 'ana');
  let found = 0;
  for (const late = performance.now() + ms; performance.now() < late; await sleep(5))
    found = Math.max(found, ana.queue().length);
  const last = ana.queue().length;
  await ana.close();
  return { most: found, last };
}

// one folder for all of these, in the order in which a person would do it
describe('one state folder', () => {
  const state = newState();
  const installation = join(state, 'installation');
  let pin = '';

  test('a pipeline in a hurry stops at twelve, by the word of the Signer', { timeout: TIME }, async () => {
    const launched = start(state, '--every', '0.01', '--seed', '3');
    const world = await ready(launched);
    ({ pin } = world);
    await until('twelve', () => JSON.parse(ledger()).waiting.length >= 12);
    expect(await most(world, 1500)).toEqual({ most: 12, last: 12 });
    expect(launched.err()).toBe('');
    expect(await end(launched)).toBe(0);
  });
  const ledger = (): string => {
    const path = join(installation, 'pipeline.json');
    return existsSync(path) ? readFileSync(path, 'utf8') : '{"waiting":[]}';
  };

  test(
    'started again it is the same, what waited still counts, and --quiet is quiet',
    { timeout: TIME },
    async () => {
      const next = Number(JSON.parse(ledger()).next);
      const first = quiet(state);
      const world = await ready(first);
      expect(world.pin).toBe(pin);
      expect(first.err()).toBe('');
      expect(await most(world, 700)).toEqual({ most: 12, last: 12 });
      await wish(world, { wish: 'busy' });
      await sleep(500);
      expect(JSON.parse(ledger())).toMatchObject({ next, seed: 3 });
      const { waiting } = JSON.parse(ledger()) as { waiting: { id: string }[] };
      for (const { id } of waiting.slice(0, 2)) await wish(world, { wish: 'withdraw', requestId: id });
      await wish(world, { wish: 'quiet' });
      const ana = await sit(world, 'ana');
      await until('ten', () => ana.queue().length === 10);
      await ana.close();
      expect(await end(first)).toBe(0);
    },
  );

  test(
    'killed with -9 it leaves no process, and what it left is believed by nobody',
    { timeout: TIME },
    async () => {
      const first = quiet(state);
      const world = await ready(first);
      const started = descendants(world.pid);
      expect(started.length).toBeGreaterThanOrEqual(3);
      first.child.kill('SIGKILL');
      await first.exited;
      expect(JSON.parse(readFileSync(join(state, 'world.json'), 'utf8')).pid).toBe(world.pid);
      const second = quiet(state); // at once: the Signer of the first may still have the data
      const again = await ready(second);
      expect(again).toMatchObject({ pid: second.child.pid, pin, signerUrl: world.signerUrl });
      await until('their end', () => !started.some(runs), 15_000);
      const ben = await sit(again, 'ben');
      const refused = reset(state);
      expect(await refused.exited).toBe(2);
      expect(oneLine(refused)).toMatch(/in use by a world that runs/);
      second.child.kill('SIGTERM');
      expect(await second.exited).toBe(0);
      const seated = reset(state);
      expect(await seated.exited).toBe(2);
      expect(oneLine(seated)).toMatch(/ben/);
      await ben.close();
      expect((await readInstallation(installation, new Date())).made.pin).toBe(pin);
    },
  );

  test.each<[string, (copy: string) => void]>([
    ['of another version', (copy) => edit(copy, (record) => ({ ...record, version: 0 }))],
    ['with a member too many', (copy) => edit(copy, (record) => ({ ...record, more: 1 }))],
    ['of another pin', (copy) => edit(copy, (record) => ({ ...record, pin: `sha256:${'0'.repeat(64)}` }))],
    [
      'whose certificates end',
      (copy) => edit(copy, (record) => ({ ...record, until: '2020-01-01T00:00:00Z' })),
    ],
    ['that was never finished', (copy) => rmSync(join(copy, 'installation.json'))],
    ['whose record is cut off', (copy) => writeFileSync(join(copy, 'installation.json'), '{"version":1,')],
    ['without a key', (copy) => rmSync(join(copy, 'security-keys', 'ana-spare.json'))],
    ['without a machine', (copy) => rmSync(join(copy, 'ben', 'machine'), { recursive: true })],
    ['without its directory', (copy) => rmSync(join(copy, 'signer', 'directory.json'))],
  ])('an installation %s cannot be used', async (_what, harm) => {
    const copy = `${installation}-copy`;
    cpSync(installation, copy, { recursive: true });
    try {
      await expect(readInstallation(copy, new Date())).rejects.toThrow(/made for/);
      point(copy);
      expect((await readInstallation(copy, new Date())).made.pin).toBe(pin);
      harm(copy);
      await expect(readInstallation(copy, new Date())).rejects.toThrow();
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
  const recordOf = (home: string): string => join(home, 'installation.json');
  const edit = (home: string, change: (record: object) => object): void => {
    const record = JSON.parse(readFileSync(recordOf(home), 'utf8')) as object;
    writeFileSync(recordOf(home), JSON.stringify(change(record)));
  };
  /** Makes a copy's record name the copy. */
  const point = (home: string): void => {
    const text = readFileSync(recordOf(home), 'utf8');
    writeFileSync(
      recordOf(home),
      text.replaceAll(`${installation}"`, `${home}"`).replaceAll(`${installation}/`, `${home}/`),
    );
  };

  test(
    'where the Signer cannot live with its data, all is moved aside and made anew',
    { timeout: TIME },
    async () => {
      const data = join(installation, 'signer', 'data');
      const files = readdirSync(data).filter((one) => one.startsWith('signer.sqlite'));
      expect(files.length).toBeGreaterThan(0);
      for (const name of files) writeFileSync(join(data, name), 'this is no database');
      const launched = quiet(state);
      const world = await ready(launched);
      expect(world.pin).not.toBe(pin);
      const said =
        /^world: the installation could not be used \(.+\); it lies in (\S+) now, and a new one is made$/;
      const [, where = ''] = said.exec(oneLine(launched).trim()) ?? [];
      expect(readdirSync(where)).toContain('installation.json');
      expect((await wish(world, { wish: 'submit', document: 'vex' })).outcome).toBe('held');
      await end(launched);
    },
  );

  test(
    'two that start at once: one world, told by both; an outage comes by itself',
    { timeout: TIME },
    async () => {
      const other = newState();
      cpSync(join(state, 'builds'), join(other, 'builds'), { recursive: true });
      const two = [1, 2].map(() => start(other, '--outage', '0.5', '--poe-ttl', '0.2', '--every', '60'));
      const [first, second] = await Promise.all(two.map(ready));
      if (!first) throw new Error('none');
      expect(first).toEqual(second);
      const made = two.find(({ child }) => child.pid === first.pid);
      const says = (text: string) => (): boolean => made?.err().includes(text) === true;
      await until('an outage', says('outage: licensing does not answer'));
      const path = join(other, 'installation', 'pipeline.json');
      // the ledger is there from the first request on, which may be the bypass itself
      const asked = (): boolean => existsSync(path) && /"name":"bypass"/.test(readFileSync(path, 'utf8'));
      await until('the bypass', asked);
      for (const launched of two) launched.child.stdin?.end();
      expect(await Promise.all(two.map(({ exited }) => exited))).toEqual([0, 0]);
    },
  );

  test(
    'reset takes what a world makes and nothing else; the new one takes one flood at a time',
    { timeout: TIME },
    async () => {
      writeFileSync(join(state, 'mine.txt'), 'kept');
      expect(await reset(state).exited).toBe(0);
      expect(readdirSync(state).toSorted()).toEqual(['lock', 'mine.txt']);
      const none = reset(state);
      expect(await none.exited).toBe(0);
      expect(none.out()).toMatch(/nothing to reset/);
      const launched = quiet(state);
      const world = await ready(launched);
      expect(world.pin).not.toBe(pin);
      const both = await Promise.allSettled([1, 2].map(() => wish(world, { wish: 'flood', count: 200 })));
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const answer = both.find((one) => one.status === 'fulfilled');
      expect(answer?.value).toEqual({ outcome: 'flooded', held: 200 });
      const ana = await sit(world, 'ana');
      await until('all of them', () => ana.queue().length === 200);
      await ana.close();
      await end(launched);
    },
  );
});

test('arguments that cannot be used: one line and the help, exit 2', async () => {
  for (const args of [['--seed', 'x'], ['--every', '-1'], ['--state', ''], ['stray'], ['--stay']]) {
    const launched = launch('demo/world/main.ts', args);
    expect(await launched.exited).toBe(2);
    expect(launched.err()).toMatch(/^world: .+\n\nnode demo\/world\/main\.ts/);
    expect(launched.out()).toBe('');
  }
  const help = launch('demo/world/main.ts', ['--help']);
  expect(await help.exited).toBe(0);
  expect(help.out()).toContain('--poe-ttl');
});
