// What goes into the package: the built app, the native packages that it loads, and a manifest of four lines.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Loaded at run time by drivers; each with the packages that it needs itself. */
const native = ['node-hid', 'pkg-prebuilds', 'pkcs11js'];

/** Whether a file of a native package runs here: its code, its licence, and the binary for this system. */
function isNeeded(path: string, platform: string, arch: string): boolean {
  const built = /^\/prebuilds\/([^/]+)/.exec(path)?.[1];
  if (built !== undefined) return built.endsWith(`-${platform}-${arch}`);
  if (path.startsWith('/build'))
    return ['/build', '/build/Release', '/build/Release/pkcs11.node'].includes(path);
  return !/^\/(src|includes|hidapi|bin)(\/|$)|\.(md|gyp|c|cc|h|ts)$/.test(path);
}

/** The packager copies this and nothing else of the checkout. `path` begins at the checkout's root, with a slash. */
export const isLeftOut = (path: string): boolean =>
  !['', '/dist', '/package.json'].includes(path) && !/^\/dist\/console(\/|$)/.test(path);

/** Completes the packed app: `folder` is what will be the archive. */
export function fillPackage(
  root: string,
  folder: string,
  productName: string,
  platform: string,
  arch: string,
): void {
  const { name, version, main, description, license } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, string>;
  const manifest = { name, productName, version, main, description, license };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  for (const one of native) {
    const from = join(root, 'node_modules', one);
    if (!existsSync(from)) continue; // optional: without it its devices say driver_missing
    cpSync(from, join(folder, 'node_modules', one), {
      recursive: true,
      dereference: true,
      filter: (path) => isNeeded(path.slice(from.length), platform, arch),
    });
  }
}
