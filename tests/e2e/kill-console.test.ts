// A Console is killed between intent, touch, outcome, send and acknowledgement, and started again on the same folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilEnd } from '../../demo/scenes/ending.ts';
import { ask } from '../../demo/scenes/stage.ts';
import type { ChildOptions } from './console-child.ts';
import { points } from './run.ts';
import { journalIn, makeStage, type TestStage } from './stage.ts';

const TIME = 90_000;
let world: TestStage;

beforeAll(async () => {
  world = await makeStage();
}, TIME);
afterAll(() => world.close());

interface Said {
  readonly at: string;
  readonly [member: string]: unknown;
}

/** A Console that runs; `said` is told each line. */
function start(mode: ChildOptions['mode'], requestId: string, said: (line: Said) => void): ChildProcess {
  const { installation, signer } = world.stage;
  const options: ChildOptions = {
    mode,
    requestId,
    person: installation.people.ana,
    signerUrl: signer.url,
    ca: installation.certificates.ca,
    pin: installation.trust.pin,
  };
  const path = join(installation.places.home, 'console-child.json');
  writeFileSync(path, JSON.stringify(options), { mode: 0o600 });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'console-child.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => said(JSON.parse(line) as Said));
  return child;
}

/** Decides in a process that is killed the moment its journal has this entry, or `ms` after the touch. */
async function decideAndKill(requestId: string, when: string | number): Promise<void> {
  const { home } = world.stage.installation.people.ana;
  const before = journalIn(home).length;
  const child = start('decide', requestId, ({ at }) => {
    if (at === 'touch' && typeof when === 'number') setTimeout(() => child.kill('SIGKILL'), when);
  });
  const watch = setInterval(() => {
    const fresh = journalIn(home).slice(before);
    if (fresh.some(({ event }) => event === when)) child.kill('SIGKILL');
  }, 1);
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearInterval(watch);
  expect(signal).toBe('SIGKILL');
}

async function recover(requestId: string): Promise<Said> {
  let last: Said | undefined;
  const child = start('recover', requestId, (line) => (last = line));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 || last?.at !== 'recovered') throw new Error(`exit ${code} after ${last?.at}`);
  return last;
}

describe.each(['intent', 'touch' as const, 'outcome', 'sent', 'evidenced'])('killed at %s', (point) => {
  test(
    'it takes up what was begun: one decision, one signature',
    async () => {
      const held = await ask(world.stage, { trusted: false });
      await decideAndKill(held.requestId, point === 'touch' ? 0 : point);
      const said = await recover(held.requestId);
      expect(said).toMatchObject({ outcomes: 1, owed: 0, lock: null });
      const ended = await untilEnd(world.stage, held, 'signed');
      expect(ended.approvals).toEqual({ needed: 1, given: 1 });
      expect(world.leaves(held.requestId)).toEqual(['held', 'decided', 'intent', 'signed', 'approved']);
    },
    TIME,
  );
});

describe.each(points([15], [5, 30, 60]))('killed %i ms after the touch', (ms) => {
  test(
    'nothing is lost, and nothing is there twice',
    async () => {
      const held = await ask(world.stage, { trusted: false });
      await decideAndKill(held.requestId, ms);
      expect(await recover(held.requestId)).toMatchObject({ outcomes: 1, owed: 0, lock: null });
      await untilEnd(world.stage, held, 'signed');
      expect(world.leaves(held.requestId)).toEqual(['held', 'decided', 'intent', 'signed', 'approved']);
    },
    TIME,
  );
});
