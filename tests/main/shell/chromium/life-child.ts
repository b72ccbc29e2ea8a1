// The app's start with an app of one tiny page: `life-child.ts BUILT ARGUMENTS...`. Says "open" on stdout, and what it ends.
import { lockData } from '../../../../ports/data-lock.ts';
import { serve } from '../../../../main/ipc/serve.ts';
import { startChromium } from '../../../../main/shell/chromium/start.ts';
import { root } from '../../../layers/tree.ts';
import { hello, only } from './handlers.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const [built = '', ...argv] = process.argv.slice(2);

await startChromium({
  root,
  built,
  argv,
  env: process.env,
  lock: lockData,
  log: (line) => void process.stderr.write(`${line}\n`),
  serve: (frame, handlers) => serve(frame, handlers, { log: () => undefined }),
  async run(shell) {
    shell.onQuit(() => {
      say('quits');
      return argv.includes('--failing') ? Promise.reject(new Error('on purpose')) : Promise.resolve();
    });
    if (argv.includes('--broken')) throw new Error('on purpose');
    await shell.open('app', only('app', { 'app/hello': () => hello }), {
      title: 'Life',
      size: { width: 400, height: 300 },
      resizable: true,
    });
    say('open');
  },
});
