// A demo that is interrupted, or that loses a part, ends everything that it started, and says why in one line.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { withoutProgram } from './hidden.ts';
import { commandOf, descendants, runs } from './processes.ts';
import { points, startDemo, type Running } from './run.ts';

const TIME = 90_000;
const root = mkdtempSync(join(tmpdir(), 'demo-ends-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let runsSoFar = 0;

function begin(env: NodeJS.ProcessEnv = {}, ...args: string[]): Running & { readonly tmp: string } {
  const tmp = join(root, `tmp-${++runsSoFar}`);
  mkdirSync(tmp);
  return {
    ...startDemo(['--json', '--out', join(root, `out-${runsSoFar}`), ...args], { TMPDIR: tmp, ...env }),
    tmp,
  };
}

async function untilSaid(running: Running, text: string): Promise<void> {
  while (!running.said().includes(text)) {
    if (running.child.exitCode !== null)
      throw new Error(`it ended before it said ${text}: ${running.said()}`);
    await sleep(10);
  }
}

async function untilGone(pids: readonly number[]): Promise<number[]> {
  for (let tries = 0; tries < 300 && pids.some(runs); tries++) await sleep(20);
  return pids.filter(runs);
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

const moments = [
  ['while it builds', 'pin: '],
  ['while the officer decides', 'ana approves'],
] as const;
const others = [
  ['at the beginning', 'A scanner that nobody'],
  ['while the request is held', 'match number'],
  ['while it is checked', '@sigstore/verify'],
] as const;

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, status) => {
  test.each(points<readonly [string, string]>(moments, others))(
    '%s: every process ends, and nothing is left',
    async (_name, text) => {
      const running = begin();
      await untilSaid(running, text);
      const started = descendants(running.child.pid!);
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ status, stdout: '' });
      expect(ended.stderr).not.toContain('    at ');
      expect(await untilGone(started)).toEqual([]);
      expect(readdirSync(running.tmp)).toEqual([]);
    },
    TIME,
  );
});

test(
  'killed outright, its processes see that it is gone, and end',
  async () => {
    const running = begin();
    await untilSaid(running, 'ana approves');
    const started = descendants(running.child.pid!);
    expect(started.length).toBeGreaterThan(3);
    running.child.kill('SIGKILL');
    await running.ended;
    expect(await untilGone(started)).toEqual([]);
  },
  TIME,
);

test.each([
  ['the issuer', 'demo/issuer/main.ts', 'pin: '],
  ['the licensing stub', 'demo/licensing/main.ts', 'pin: '],
  ['the Signer', 'signer/app/main.ts', 'match number'],
])(
  '%s dies: one clear line, status 1, no stack',
  async (_name, entry, text) => {
    const running = begin();
    await untilSaid(running, text);
    const victim = descendants(running.child.pid!).find((pid) => commandOf(pid).includes(entry));
    process.kill(victim!, 'SIGKILL');
    const { status, stdout, stderr } = await running.ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(lastLine(stderr)).toMatch(/^The demo failed\. \S/);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(running.tmp)).toEqual([]);
  },
  TIME,
);

test(
  'without openssl it says what brings it',
  async () => {
    const hidden = withoutProgram('openssl');
    const { ended } = begin(hidden.env);
    const { status, stdout, stderr } = await ended;
    hidden.remove();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(lastLine(stderr)).toBe(
      'The demo failed. openssl: it is not here; mend it with: apt-get install -y openssl',
    );
  },
  TIME,
);

test('a folder that cannot be made is said in one line', async () => {
  const out = join(import.meta.filename, 'below'); // a file is no folder
  const { status, stdout, stderr } = await startDemo(['--json', '--out', out]).ended;
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('The demo failed. files: ')]);
});

describe('--ask', () => {
  /** Answers what it asks, as whoever reads the questions would; `pins` come first, then the right ones. */
  async function answer(pins: string[]) {
    const running = begin({}, '--ask');
    let answered = 0;
    running.child.stderr!.on('data', () => {
      const questions = [...running.said().matchAll(/the set-up chose (\d+): |press Enter /g)];
      for (; answered < questions.length; answered++) {
        const pin = questions[answered]?.[1];
        running.child.stdin!.write(`${pin === undefined ? '' : (pins.shift() ?? pin)}\n`);
      }
    });
    return running.ended;
  }

  test(
    'the person types the PIN and gives the touch; a mistyped PIN is asked for again',
    async () => {
      const { status, stdout, stderr } = await answer(['000000x']);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ verified: true });
      expect(stderr).toContain('Wrong PIN.');
      expect(stderr).toContain('7 tries left');
    },
    TIME,
  );
  test(
    'nobody answers: it ends with a line',
    async () => {
      const running = begin({}, '--ask');
      running.child.stdin!.end();
      const { status, stdout, stderr } = await running.ended;
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(lastLine(stderr)).toMatch(/^The demo failed\. \S/);
    },
    TIME,
  );
});
