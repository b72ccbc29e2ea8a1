// Reads the checkout into a tree of texts, leaving out what is installed or made.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Packages, Tree } from './check.ts';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

const made = new Set(['node_modules', 'dist', 'out', '.vite', '.tsbuild', '.data', '.git']);
// Data, and the client of README.md, which a reader saves at the root.
const apart = new Set(['tests/vectors', 'client.mjs']);

/** Every text file of the checkout by its path; files with a NUL byte are not text. */
export function checkout(): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      const path = folder + entry.name;
      if (made.has(entry.name) || apart.has(path)) continue;
      if (entry.isDirectory()) visit(`${path}/`);
      else if (entry.isFile()) {
        const text = readFileSync(root + path, 'utf8');
        if (!text.includes('\0')) tree.set(path, text);
      }
    }
  };
  visit('');
  return tree;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** The packages that package.json names. */
export function packages(): Packages {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
  const shipped = [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
  ];
  return {
    shipped: new Set(shipped),
    all: new Set([...shipped, ...Object.keys(manifest.devDependencies ?? {})]),
  };
}
