// What the build makes: the same twice, nothing of the machine, and nothing that the oldest Electron or the policy refuses.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsole, digestOf } from '../../scripts/vite/console.ts';
import { outside } from '../../scripts/vite/node.ts';
import { root } from '../layers/tree.ts';

const dir = mkdtempSync(join(tmpdir(), 'console-build-'));
const first = join(dir, 'a', 'console');
const second = join(dir, 'b', 'deeper', 'console');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const text = (path: string): string => readFileSync(join(first, path), 'utf8');

describe('a build', () => {
  beforeAll(async () => {
    await buildConsole(join(root), first);
    await buildConsole(join(root), second);
  }, 60_000);

  test('is the same in another folder, and says so by its digest', () => {
    expect(files(second)).toEqual(files(first));
    expect(digestOf(second)).toBe(digestOf(first));
    const { digest, version } = JSON.parse(text('build.json')) as { digest: string; version: string };
    expect(digest).toBe(digestOf(first));
    expect(version).toBe('0.1.0');
  });

  test('has another digest when one byte, or one name, is another', () => {
    const copy = join(dir, 'copy');
    cpSync(first, copy, { recursive: true });
    expect(digestOf(copy)).toBe(digestOf(first));
    writeFileSync(join(copy, 'preload', 'app.cjs'), `${text('preload/app.cjs')} `);
    expect(digestOf(copy)).not.toBe(digestOf(first));
    cpSync(first, copy, { recursive: true });
    writeFileSync(join(copy, 'preload', 'more.cjs'), '');
    expect(digestOf(copy)).not.toBe(digestOf(first));
  });

  test('names no folder of this machine', () => {
    const named = files(first).filter(
      (path) => /\.(cjs|js|html|css)$/.test(path) && text(path).includes(join(root, '.')),
    );
    expect(named).toEqual([]);
  });

  test('requires nothing but Node, Electron, and what is native or optional', () => {
    const scripts = files(first).filter((path) => path.endsWith('.cjs'));
    expect(scripts.length).toBeGreaterThan(5);
    for (const path of scripts) {
      const asked = [...text(path).matchAll(/\brequire\(["']([^"']+)["']\)/g)].map(([, name = '']) => name);
      expect([path, asked.filter((name) => !isBuiltin(name) && !outside.includes(name))]).toEqual([path, []]);
    }
    expect(text('main/electron.cjs')).not.toMatch(/require\(["'](node-hid|pkcs11js)["']\)/);
  });

  test('uses nothing that Node 18 lacks', () => {
    const newer =
      /Promise\.withResolvers|Array\.fromAsync|node:sqlite|import\.meta\.|Promise\.try\(|Object\.groupBy/;
    for (const path of files(first).filter((one) => one.endsWith('.cjs')))
      expect([path, newer.exec(text(path))?.[0]]).toEqual([path, undefined]);
  });

  test('has pages that the policy lets run: nothing inline, nothing from elsewhere', () => {
    const pages = files(first).filter((path) => path.endsWith('.html'));
    expect(pages).toHaveLength(3);
    for (const path of pages) {
      const html = text(path);
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|https?:/i);
      const scripts = [...html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)];
      expect(scripts.length).toBeGreaterThan(0);
      for (const [, attributes, inside] of scripts) {
        expect(attributes).toMatch(/\ssrc="\/assets\/[\w.-]+\.js"/);
        expect(inside).toBe('');
      }
    }
    const kinds = new Set(files(join(first, 'pages')).map((path) => extname(path)));
    expect(
      [...kinds].filter((kind) => !['.html', '.js', '.css', '.woff2', '.svg', '.png'].includes(kind)),
    ).toEqual([]);
    for (const path of files(first).filter((one) => one.endsWith('.css')))
      expect(text(path)).not.toMatch(/url\(\s*["']?(data:font|https?:)/);
  });
});
