// Bundles `stella` into dist/stella.mjs: one file that runs alone under Node 20.19 or later.
import { chmodSync, existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'cli/main.ts') },
    out: { type: 'string', default: join(root, 'dist') },
  },
});

/** Native, and optional for the verifier: loaded at run time where it is there. */
const external = (id: string): boolean => isBuiltin(id) || id === 'pkcs11js';

if (!existsSync(values.entry)) {
  console.error(`${values.entry} is missing: there is nothing to build`);
  process.exit(1);
}
const file = 'stella.mjs';
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  ssr: { target: 'node', noExternal: true, external: ['pkcs11js'] },
  build: {
    ssr: resolve(values.entry),
    target: 'node20.19',
    outDir: resolve(values.out),
    emptyOutDir: false,
    minify: false,
    rolldownOptions: {
      external,
      output: { format: 'esm', entryFileNames: file, codeSplitting: false, banner: '#!/usr/bin/env node' },
    },
  },
});
chmodSync(join(values.out, file), 0o755);
console.log(`built ${join(values.out, file)}`);
