// Builds `stella`: one file that verifies alone, and beside it a folder with what holding a ceremony needs.
import { chmodSync, copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, type InlineConfig } from 'vite';

/** Native, and loaded where it is there: what only verifies does without. */
const native = ['pkcs11js', 'node-hid'];

const oneFile = (root: string, entry: string, out: string): InlineConfig => ({
  configFile: false,
  root,
  logLevel: 'warn',
  ssr: { target: 'node', noExternal: true, external: native },
  build: {
    ssr: entry,
    target: 'node20.19',
    outDir: dirname(out),
    emptyOutDir: false,
    minify: false,
    copyPublicDir: false,
    rolldownOptions: {
      external: (id) => isBuiltin(id) || native.includes(id),
      output: {
        format: 'esm',
        entryFileNames: basename(out),
        codeSplitting: false,
        banner: '#!/usr/bin/env node',
      },
    },
  },
});

/**
 * `stella.mjs` in the folder runs under Node 20.19 or later. `stella/` beside it (cli/parts.ts reads it) holds the driver process
 * and the scripts; the native packages, pkcs11js and node-hid, are found in a node_modules above them. Absolute paths.
 */
export async function buildStella(root: string, entry: string, out: string): Promise<void> {
  const file = join(out, 'stella.mjs');
  const parts = join(out, 'stella');
  await build(oneFile(root, entry, file));
  await build(oneFile(root, join(root, 'native/host/main.ts'), join(parts, 'driver.mjs')));
  chmodSync(file, 0o755);
  mkdirSync(parts, { recursive: true });
  const scripts = join(root, 'assets/ceremonies');
  for (const name of readdirSync(scripts)) copyFileSync(join(scripts, name), join(parts, name));
}
