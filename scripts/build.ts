// Builds what runs without the checkout: `stella`, and the Console for Electron.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './built.ts';
import { buildConsole } from './vite/console.ts';
import { buildStella } from './vite/stella.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'cli/main.ts') },
    out: { type: 'string', default: join(root, 'dist') },
    only: { type: 'string' },
  },
});

const entry = resolve(values.entry);
if (!existsSync(entry)) {
  console.error(`${entry} is missing: there is nothing to build`);
  process.exit(1);
}
const out = resolve(values.out);
if (values.only !== 'console') {
  await buildStella(root, entry, out);
  console.log(`built ${join(out, 'stella.mjs')}`);
}
if (values.only !== 'stella') {
  const folder = join(out, 'console');
  // in the checkout's own place others may be building too
  if (folder === join(root, 'dist', 'console')) await ensureBuilt(root, true);
  else await buildConsole(root, folder);
  console.log(`built ${folder}`);
}
