// The entry of the app in the system's Chromium, run by Node from the checkout: node main/app/chromium.ts --demo
import { join } from 'node:path';
import { serve } from '../ipc/serve.ts';
import { startChromium } from '../shell/chromium/start.ts';
import { lockData } from '../../ports/data-lock.ts';
import { startApp } from './start.ts';

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const root = join(import.meta.dirname, '..', '..');

await startChromium({
  root,
  built: join(root, 'dist', 'console'),
  argv: process.argv.slice(2),
  env: process.env,
  lock: lockData,
  log,
  run: startApp,
  serve: (frame, handlers) =>
    serve(frame, handlers, {
      log: ({ trace, name, cause }) =>
        log(`call ${trace} ${frame} ${name ?? '?'}: ${cause instanceof Error ? cause.stack : String(cause)}`),
    }),
});
