// Seeded violations: the checker must find each of them in a small tree, and must let honest code pass.
import { describe, expect, test } from 'vitest';
import { type Packages, violations } from './check.ts';
import { untidy } from './tidy.ts';

const packages: Packages = {
  shipped: new Set([
    'zod',
    'canonicalize',
    'ws',
    'cborg',
    'pkcs11js',
    'fastify',
    'kysely',
    'jose',
    '@sigstore/verify',
  ]),
  all: new Set(['zod', 'ws', 'fastify', 'jose', 'vitest', 'vite', 'fast-check']),
};
const found = (path: string, code: string): string[] => violations(new Map([[path, code]]), packages);

describe('is let through', () => {
  test.each([
    [
      'core/json/parse.ts',
      "import { z } from 'zod'; import { hex } from '../bytes/hex.ts'; export const a = hex;",
    ],
    [
      'core/hold/timer.ts',
      'export const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);',
    ],
    [
      'core/key/port.ts',
      'export interface Crypto { process(a: Uint8Array): void } export const f = (c: Crypto) => c.process;',
    ],
    [
      'contract/wire/link.ts',
      "import type { Request } from '../../core/request/request.ts'; export type A = Request;",
    ],
    [
      'ports/driver.ts',
      "import { spawn } from 'node:child_process'; import type { H } from '../contract/driver/hello.ts';",
    ],
    [
      'main/app/pipeline.ts',
      "import { open } from '../review/open.ts'; import { wire } from '../../contract/wire/x.ts';",
    ],
    [
      'native/pkcs11/load.ts',
      "import { createRequire } from 'node:module'; createRequire(import.meta.url)('pkcs11js');",
    ],
    [
      'signer/store/sqlite.ts',
      "import { Migrator } from 'kysely/migration'; import { DatabaseSync } from 'node:sqlite';",
    ],
    [
      'demo/main.ts',
      "import { start } from '../main/app/start.ts'; import { createServer } from 'node:http';",
    ],
    ['tests/signer/x.test.ts', "import { test } from 'vitest'; import { a } from '../../signer/http/a.ts';"],
  ])('%s: %s', (path, code) => {
    expect(found(path, code)).toEqual([]);
  });
});

describe('a forbidden import is found in every spelling', () => {
  test.each([
    ["import { a } from '../../signer/keys/file.ts';"],
    ["import type { A } from '../../signer/keys/file.ts';"],
    ["import { type A } from '../../signer/keys/file.ts';"],
    ["import '../../signer/keys/file.ts';"],
    ["export * from '../../signer/keys/file.ts';"],
    ["export { a } from '../../signer/keys/file.ts';"],
    ["export type A = import('../../signer/keys/file.ts').A;"],
    ["export const a = await import('../../signer/keys/file.ts');"],
    ['export const a = await import(`../../signer/keys/file.ts`);'],
    ["export const a = import('../../sig' + 'ner/keys/file.ts');"],
    ["import a = require('../../signer/keys/file.ts');"],
    ["const a = require('../../signer/keys/file.ts');"],
    [
      "import { createRequire } from 'node:module'; createRequire(import.meta.url)('../../signer/keys/file.ts');",
    ],
    [
      "import { createRequire } from 'node:module'; const load = createRequire(import.meta.url); load('./x.ts');",
    ],
    ["export const fs = process.getBuiltinModule('node:fs');"],
    ['/// <reference path="../../signer/keys/file.ts" />\nexport const a = 1;'],
  ])('%s', (code) => {
    expect(found('core/verify/verify.ts', code)).not.toEqual([]);
    expect(found('main/link/socket.ts', code)).not.toEqual([]);
  });
});

describe('a wall of the table', () => {
  test.each([
    ['core/verify/a.ts', "import { a } from '../evidence/b.ts';"],
    ['core/evidence/a.ts', "import { a } from '../verify/b.ts';"],
    ['core/fault/a.ts', "import { a } from '../json/b.ts';"],
    ['core/json/a.ts', "import { a } from '../../contract/wire/b.ts';"],
    ['core/json/a.ts', "import { createHash } from 'node:crypto';"],
    ['core/json/a.ts', "import { createHash } from 'crypto';"],
    ['core/json/a.ts', "import { decode } from 'cborg';"],
    ['core/json/a.ts', "import { z } from 'zod-to-anything';"],
    ['core/novel/a.ts', 'export const a = 1;'],
    ['core/a.ts', 'export const a = 1;'],
    ['contract/wire/a.ts', "import { a } from '../stored/b.ts';"],
    ['contract/wire/a.ts', "import { readFile } from 'node:fs';"],
    ['ports/a.ts', "import { a } from '../contract/wire/b.ts';"],
    ['ports/a.ts', "import { z } from 'zod';"],
    ['main/link/a.ts', "import { a } from '../queue/b.ts';"],
    ['main/link/a.ts', "import { a } from '../app/b.ts';"],
    ['main/queue/a.ts', "import { a } from '../../contract/wire/b.ts';"],
    ['main/queue/a.ts', "import { a } from '../../native/hid/b.ts';"],
    ['main/shell/a.ts', "import { a } from '../review/b.ts';"],
    ['main/queue/a.ts', "import WebSocket from 'ws';"],
    ['main/novel/a.ts', 'export const a = 1;'],
    ['main/a.ts', 'export const a = 1;'],
    ['native/hid/a.ts', "import { a } from '../../contract/wire/b.ts';"],
    ['native/hid/a.ts', "import { a } from '../../main/devices/b.ts';"],
    ['native/hid/a.ts', "import WebSocket from 'ws';"],
    ['signer/http/a.ts', "import { a } from '../../main/link/b.ts';"],
    ['signer/http/a.ts', "import { decode } from 'cborg';"],
    ['signer/http/a.ts', "import { test } from 'vitest';"],
    ['cli/commands/a.ts', "import { a } from '../../contract/stored/b.ts';"],
    ['cli/commands/a.ts', "import { a } from '../../native/pkcs11/b.ts';"],
    ['cli/commands/a.ts', "import { jwtVerify } from 'jose';"],
    ['second/a.ts', "import { a } from '../core/json/b.ts';"],
    ['second/a.ts', "import { z } from 'zod';"],
    ['demo/a.ts', "import { a } from '../signer/app/b.ts';"],
    ['demo/a.ts', "import { a } from '../main/link/b.ts';"],
    ['scripts/a.ts', "import { a } from '../cli/main.ts';"],
    ['tests/a.test.ts', "import { a } from 'leftpad';"],
    ['renderer/a.tsx', "import { ipcRenderer } from 'electron';"],
    ['renderer/a.tsx', "import { readFile } from 'node:fs';"],
    ['renderer/a.tsx', "import { a } from '../main/app/b.ts';"],
    ['preload/a.ts', "import { a } from '../core/json/b.ts';"],
    ['main/devices/a.ts', "import { utilityProcess } from 'electron';"],
    ['main/app/a.ts', "import { ipcMain } from 'electron';"],
    ['helpers/a.mjs', 'export const a = 1;'],
    ['stray.ts', 'export const a = 1;'],
    ['second/a.ts', "import { a } from '../../outside/b.ts';"],
  ])('%s: %s', (path, code) => {
    expect(found(path, code)).not.toEqual([]);
  });
});

describe('core stays pure', () => {
  test.each([
    ['export const a = Date.now();'],
    ['export const a = new Date();'],
    ['export const a = Math.random();'],
    ["export const a = Math['random']();"],
    ['const { random } = Math; export const a = random();'],
    ['const D = Date; export const a = D.now();'],
    ['export const a = Date();'],
    ["export const a = Buffer.from('');"],
    ['export const a = process.env;'],
    ["export const a = globalThis['process'];"],
    ["export const a = fetch('https://example.org');"],
    ['setTimeout(() => undefined, 1);'],
    ['declare const process: { exit(): never }; export const a = 1;'],
    ['declare global { const x: number; } export const a = 1;'],
    ["export const a = eval('1');"],
    ["export const a = (() => 1).constructor('return process')();"],
  ])('%s', (code) => {
    expect(found('core/hold/a.ts', code)).not.toEqual([]);
  });
});

describe('untidiness is found', () => {
  const good = '// Says what this file is for.\n';
  const word = (...parts: string[]): string => `${good}export const a = '${parts.join('')}';\n`;
  test.each([
    ['a file over 400 lines', 'cli/a.ts', good + 'export {};\n'.repeat(400)],
    ['no header line', 'cli/a.ts', 'export const a = 1;\n'],
    ['an empty header line', 'cli/a.ts', '//\nexport const a = 1;\n'],
    ['a shebang without a header', 'cli/a.ts', '#!/usr/bin/env node\nexport const a = 1;\n'],
    ['a path of a machine', 'cli/a.ts', word('/wo', 'rk/main')],
    ['a home of a machine', 'docs/a.md', word('/ro', 'ot/.npmrc')],
    ['a folder beside the checkout', 'scripts/test', word('../sha', 'red/lab')],
    ['a registry host', '.npmrc', word('https://regis', 'try.npmjs.org/')],
  ])('%s', (_, path, text) => {
    expect(untidy(new Map([[path, text]]))).toHaveLength(1);
  });

  test('a tidy file passes, and so does a file of exactly 400 lines', () => {
    expect(untidy(new Map([['cli/a.ts', good + 'export {};\n'.repeat(399)]]))).toEqual([]);
    expect(untidy(new Map([['cli/b.ts', `#!/usr/bin/env node\n${good}`]]))).toEqual([]);
    expect(untidy(new Map([['.ci/run', word('../sha', 'red/lab')]]))).toEqual([]);
  });
});
