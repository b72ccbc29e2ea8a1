// Builds the whole Console into one folder, and says by a digest what it made.
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { build } from 'vite';
import { injectedBundle } from './injected.ts';
import { nodeBundle } from './node.ts';
import { pageBundle } from './page.ts';
import { preloadBundle } from './preload.ts';

/** What Electron runs: entry in the checkout, file in the build. */
const nodeEntries = [
  ['main/app/electron.ts', 'main/electron.cjs'],
  ['native/host/utility.ts', 'driver/host.cjs'],
  ['second/utility.ts', 'second/main.cjs'],
] as const;
const preloads = ['app', 'authorize', 'virtual-key'];
/** What goes into every page in the system's Chromium. */
const injected = ['page', 'world'];
/** Each page has the name of its frame; its folder tells what lives there. */
const pages = [
  ['app', 'renderer/app'],
  ['authorize', 'renderer/isolated'],
  ['virtual-key', 'renderer/virtual-key'],
] as const;

/** The manifest of a build, written last: a build that broke off has none. */
const MANIFEST = 'build.json';

function filesIn(folder: string, at = ''): string[] {
  return readdirSync(join(folder, at), { withFileTypes: true })
    .flatMap((entry) => {
      const path = posix.join(at, entry.name);
      return entry.isDirectory() ? filesIn(folder, path) : [path];
    })
    .sort();
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** `sha256:HEX` over the sorted lines `HEX  PATH` of all files but the manifest: what `sha256sum` prints of them. */
export function digestOf(folder: string): string {
  const lines = filesIn(folder)
    .filter((path) => path !== MANIFEST)
    .map((path) => `${sha256(readFileSync(join(folder, path)))}  ${path}\n`);
  return `sha256:${sha256(lines.join(''))}`;
}

/** Builds from the checkout at `root` into `out`, which is emptied first. Absolute paths. */
export async function buildConsole(root: string, out: string): Promise<void> {
  // Vite believes NODE_ENV where it is set; with another value React's pages would be those that name files of the checkout
  const given = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await buildAll(root, out);
  } finally {
    if (given === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = given;
  }
}

async function buildAll(root: string, out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  for (const [entry, file] of nodeEntries) await build(nodeBundle(root, join(root, entry), join(out, file)));
  for (const frame of preloads)
    await build(
      preloadBundle(root, join(root, 'preload', `${frame}.ts`), join(out, 'preload', `${frame}.cjs`)),
    );
  for (const name of injected)
    await build(
      injectedBundle(
        root,
        join(root, 'preload', 'chromium', `${name}.ts`),
        join(out, 'preload', `chromium-${name}.js`),
      ),
    );
  for (const [frame, folder] of pages) await build(pageBundle(join(root, folder), join(out, 'pages', frame)));
  // the scripts of ceremonies: read at run time, in the checkout from where they lie
  cpSync(join(root, 'assets', 'ceremonies'), join(out, 'ceremonies'), { recursive: true });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const manifest = { version, digest: digestOf(out) };
  writeFileSync(join(out, MANIFEST), `${JSON.stringify(manifest)}\n`);
}
