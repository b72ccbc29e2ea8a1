// This very checkout obeys the room table, and each room's tsconfig says what its row says.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { violations } from './check.ts';
import { coreOrder, projects } from './rooms.ts';
import { untidy } from './tidy.ts';
import { checkout, packages, root } from './tree.ts';

interface Config {
  readonly compilerOptions?: Record<string, unknown>;
  readonly include?: readonly string[];
  readonly references?: readonly { readonly path: string }[];
}

const config = (path: string): Config => JSON.parse(readFileSync(root + path, 'utf8')) as Config;
const pure = ['core', 'contract'];
/** What a room's tsconfig opens beside its paths: pages have a document and no Node. */
const page = { types: [], lib: ['ES2023', 'DOM', 'DOM.Iterable'], jsx: 'react-jsx' };
const globals = (room: string): Record<string, unknown> => {
  if (room === 'renderer') return page;
  if (room === 'preload') return { types: [], lib: page.lib };
  return { types: pure.includes(room) ? [] : ['node'] };
};
const extra: Readonly<Record<string, readonly string[]>> = {
  contract: ['../core/globals.d.ts'],
  renderer: ['catalogue/*.json', 'isolated/*.json', 'virtual-key/*.json', 'ui/**/*.json'],
  tests: ['../vitest.config.ts'],
};
const rooms = [...projects()].filter(([room]) => existsSync(`${root}${room}`));

describe('the checkout', () => {
  const tree = checkout();

  test('has sources in core and tests, so that what follows says something', () => {
    expect(
      [...tree.keys()].filter((path) => path.startsWith('core/') && path.endsWith('.ts')).length,
    ).toBeGreaterThan(5);
  });

  test('obeys the room table', () => {
    expect(violations(tree, packages())).toEqual([]);
  });

  test('is tidy: short files, header lines, no word of a machine', () => {
    expect(untidy(tree)).toEqual([]);
  });

  test('locks its packages without naming where they were fetched', () => {
    expect(readFileSync(`${root}package-lock.json`, 'utf8')).not.toMatch(/"resolved": "https?:/);
  });

  test("tells the order of core's sub-rooms in its README as the table has it", () => {
    const order = coreOrder
      .map((name) => `\`${name}\``)
      .join(' < ')
      .replace('`evidence` < ', '`evidence`, ');
    expect(readFileSync(`${root}core/README.md`, 'utf8').replaceAll(/\s+/g, ' ')).toContain(order);
  });
});

describe.each(rooms)('the tsconfig of %s', (room, references) => {
  test('references the rooms of its row and no other', () => {
    const said = config(`${room}/tsconfig.json`).references ?? [];
    expect(said.map(({ path }) => path).sort()).toEqual(references.map((other) => `../${other}`).sort());
  });

  test('opens only the globals and files of its room', () => {
    const { compilerOptions, include } = config(`${room}/tsconfig.json`);
    expect(compilerOptions).toEqual({
      rootDir: '..',
      outDir: '../.tsbuild',
      tsBuildInfoFile: `../.tsbuild/${room}.tsbuildinfo`,
      ...globals(room),
    });
    expect(include).toEqual(['.', ...(extra[room] ?? [])]);
  });
});

test('the root tsconfig references every room that is there, and has no files of its own', () => {
  const { references } = config('tsconfig.json');
  expect(references?.map(({ path }) => path.slice(2)).sort()).toEqual(rooms.map(([room]) => room).sort());
  expect(config('tsconfig.json')).toHaveProperty('files', []);
});
