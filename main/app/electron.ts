// The entry of the app in Electron: joins the shell, the one wrapper of calls, and the app.
import '../shell/electron/shims.ts';
import { join } from 'node:path';
import { logLine } from '../ipc/log-line.ts';
import { serve } from '../ipc/serve.ts';
import { startElectron } from '../shell/electron/start.ts';
import { startApp } from './start.ts';

const log = (line: string): void => void process.stderr.write(`${line}\n`);

startElectron({
  built: join(__dirname, '..'),
  log,
  run: startApp,
  serve: (frame, handlers) => serve(frame, handlers, { log: (failed) => log(logLine(failed)) }),
});
