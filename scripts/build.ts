// Builds what runs without the checkout: `stella` as one file, and the Console for Electron.
import { chmodSync, existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { buildConsole } from './vite/console.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'cli/main.ts') },
    out: { type: 'string', default: join(root, 'dist') },
    only: { type: 'string' },
  },
});

/** Native, and optional for the verifier: loaded at run time where it is there. */
const external = (id: string): boolean => isBuiltin(id) || id === 'pkcs11js';

/** `stella.mjs` in the folder: one file that runs alone under Node 20.19 or later. */
async function buildStella(entry: string, out: string): Promise<void> {
  const file = 'stella.mjs';
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { target: 'node', noExternal: true, external: ['pkcs11js'] },
    build: {
      ssr: entry,
      target: 'node20.19',
      outDir: out,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        external,
        output: {
          format: 'esm',
          entryFileNames: file,
          codeSplitting: false,
          banner: '#!/usr/bin/env node',
        },
      },
    },
  });
  chmodSync(join(out, file), 0o755);
  console.log(`built ${join(out, file)}`);
}

const entry = resolve(values.entry);
if (!existsSync(entry)) {
  console.error(`${entry} is missing: there is nothing to build`);
  process.exit(1);
}
const out = resolve(values.out);
if (values.only !== 'console') await buildStella(entry, out);
if (values.only !== 'stella') {
  await buildConsole(root, join(out, 'console'));
  console.log(`built ${join(out, 'console')}`);
}
