// Where the Console keeps its files, and who else may look there: nobody.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findNode } from '../../../main/shell/find-node.ts';
import { pageFiles } from '../../../main/shell/page-files.ts';
import { ownFolder, stateFolder } from '../../../main/shell/state-folder.ts';
import { root } from '../../layers/tree.ts';

const dir = mkdtempSync(join(tmpdir(), 'shell-folders-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const mode = (path: string): number => statSync(path).mode & 0o777;

describe('the state folder', () => {
  test.each([
    ['linux', {}, '/home/ana/.local/state/signer-console'],
    ['linux', { XDG_STATE_HOME: '/data/state' }, '/data/state/signer-console'],
    ['linux', { XDG_STATE_HOME: 'state' }, '/home/ana/.local/state/signer-console'],
    ['linux', { XDG_STATE_HOME: '' }, '/home/ana/.local/state/signer-console'],
    ['darwin', { XDG_STATE_HOME: '/data' }, '/home/ana/Library/Application Support/signer-console'],
  ] as const)('on %s with %j is %s', (platform, env, path) => {
    expect(stateFolder(env, '/home/ana', platform)).toBe(path);
  });

  test('is made for this user alone, also where it was open to all', () => {
    const fresh = join(dir, 'a', 'fresh');
    expect(mode(ownFolder(fresh))).toBe(0o700);
    const open = join(dir, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(mode(ownFolder(open))).toBe(0o700);
  });

  test('is refused where a file stands, or the folder belongs to another', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => ownFolder(join(dir, 'file'))).toThrowCode('file_missing');
    if (process.getuid?.() !== 0) expect(() => ownFolder('/')).toThrowCode('file_missing');
  });
});

describe('the files of a page', () => {
  const pages = join(dir, 'pages');
  mkdirSync(join(pages, 'app', 'assets'), { recursive: true });
  mkdirSync(join(pages, 'authorize'));
  writeFileSync(join(pages, 'app', 'index.html'), '<p>');
  writeFileSync(join(pages, 'app', 'assets', 'a.js'), 'a');
  writeFileSync(join(pages, 'app', 'assets', 'a.js.map'), '{}');
  writeFileSync(join(pages, 'authorize', 'index.html'), 'other');
  symlinkSync(join(pages, 'authorize', 'index.html'), join(pages, 'app', 'link.html'));

  test('are those that were built, with their types', () => {
    const file = pageFiles(pages, 'app');
    expect(file('/')?.type).toBe('text/html; charset=utf-8');
    expect(new TextDecoder().decode(file('/index.html')?.read())).toBe('<p>');
    expect(file('/assets/a.js')?.type).toBe('text/javascript; charset=utf-8');
  });

  test.each([
    '',
    '/../authorize/index.html',
    '/assets/../index.html',
    '/%2e%2e/authorize/index.html',
    '//index.html',
    '/index.html/',
    '/assets',
    '/assets/',
    '/assets/a.js.map',
    '/link.html',
    '/INDEX.HTML',
    '/index.html\0',
    '/__proto__',
    '/constructor',
  ])('are not %j', (path) => {
    expect(pageFiles(pages, 'app')(path)).toBeUndefined();
  });

  test('of a page that was not built are a fault', () => {
    expect(() => pageFiles(pages, 'virtual-key')).toThrowCode('file_missing');
    mkdirSync(join(pages, 'virtual-key'));
    writeFileSync(join(pages, 'virtual-key', 'main.js'), '');
    expect(() => pageFiles(pages, 'virtual-key')).toThrowCode('file_missing');
  });
});

describe('a Node for the demo', () => {
  const program = (folder: string, says: string): string => {
    mkdirSync(join(dir, folder), { recursive: true });
    writeFileSync(join(dir, folder, 'node'), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
    return join(dir, folder);
  };
  const nowhere = join(dir, 'nowhere');

  test("is the packages' own first", async () => {
    expect(await findNode(root, '/nowhere')).toBe(join(root, 'node_modules/.bin/node'));
  });

  test('is the first on PATH that is 24 or later, and says so', async () => {
    const old = program('old', 'echo v18.20.0');
    const broken = program('broken', 'exit 1');
    const liar = program('liar', 'echo v24');
    const good = program('good', 'echo v26.1.0');
    const later = program('later', 'echo v24.0.0');
    const path = ['', old, broken, liar, join(dir, 'none'), good, later].join(':');
    expect(await findNode(nowhere, path)).toBe(join(good, 'node'));
    expect(await findNode(nowhere, [old, broken, liar].join(':'))).toBeNull();
  });
});
