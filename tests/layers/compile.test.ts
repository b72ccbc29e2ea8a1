// The compiler keeps the walls: in a small copy of the rooms, each forbidden import and global is an error of tsc.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { free, projects } from './rooms.ts';
import { root } from './tree.ts';

const rooms = projects();
const kept = [...rooms].filter(([room]) => !free.includes(room));
const pure = ['core', 'contract'];
const pages = ['preload', 'renderer'];
let copy = '';

const write = (path: string, code: string): void => {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), code);
};

function tsc(...args: string[]): { status: number | null; out: string } {
  const bin = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args, '--pretty', 'false'], {
    cwd: copy,
    encoding: 'utf8',
  });
  return { status, out: stdout };
}

/** The errors of one room's seed as `line code`, for example `2 TS6307`. */
function errorsOf(room: string, lines: readonly string[]): string[] {
  write(`${room}/seed.ts`, `${lines.join('\n')}\n`);
  const { out } = tsc('-p', room, '--noEmit');
  rmSync(join(copy, room, 'seed.ts'));
  const found = out.matchAll(/^(\S+?)\((\d+),\d+\): error (TS\d+)/gm);
  return [...found]
    .filter(([, path]) => path === `${room}/seed.ts`)
    .map(([, , line, code]) => `${line} ${code}`);
}

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'rooms-'));
  for (const path of [
    'tsconfig.json',
    'tsconfig.base.json',
    'core/globals.d.ts',
    'vitest.config.ts',
    'package.json',
  ])
    cpSync(join(root, path), join(copy, path));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [room, references] of rooms) {
    cpSync(join(root, room, 'tsconfig.json'), join(copy, room, 'tsconfig.json'));
    write(`${room}/here.ts`, 'export const here = 1;\nexport type Here = typeof here;\n');
    write(
      `${room}/allowed.ts`,
      references.map((other) => `export type { Here as ${other} } from '../${other}/here.ts';\n`).join('') +
        'export const ok = 1;\n',
    );
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test('what each row allows compiles, all rooms together', () => {
  expect(tsc('-b')).toEqual({ status: 0, out: '' });
});

describe.each(kept)('%s', (room, references) => {
  test('an import of any other room is an error, as a value and as a type', () => {
    // The compiler lets a room see what its references reference; there the table's own check is the wall.
    const seen = new Set([...references, ...references.flatMap((other) => rooms.get(other) ?? [])]);
    const forbidden = [...rooms.keys()].filter((other) => other !== room && !seen.has(other));
    const values = forbidden.map((other, n) => `export { here as value${n} } from '../${other}/here.ts';`);
    const types = forbidden.map((other, n) => `export type Type${n} = import('../${other}/here.ts').Here;`);
    const each = forbidden.map((_, at) => `${at + 1} TS6307`);
    expect(errorsOf(room, values)).toEqual(each);
    expect(errorsOf(room, types)).toEqual(each);
  });

  test('globals that are not its own are errors', () => {
    const browser = pages.includes(room) ? [] : ['export const a = document;', 'export const b = window;'];
    const inPage = [
      'export const c = process.env;',
      "export const d = Buffer.from('');",
      "export { readFileSync } from 'node:fs';",
    ];
    const node = [
      'export const c = process.env;',
      "export const d = Buffer.from('');",
      'setTimeout(() => 1, 1);',
    ];
    const io = [
      "export { readFileSync } from 'node:fs';",
      "export const e = fetch('https://example.org');",
      'console.log(1);',
    ];
    const outside = pages.includes(room) ? inPage : [];
    const lines = [...browser, ...outside, ...(pure.includes(room) ? [...node, ...io] : [])];
    const found = errorsOf(room, lines).map((error) => Number(error.split(' ')[0]));
    expect([...new Set(found)].sort((a, b) => a - b)).toEqual(lines.map((_, at) => at + 1));
  });
});
