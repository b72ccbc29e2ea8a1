// `npm run demo`: reads the arguments, plays one scene, and ends everything that it started, however it ends.
import { HELP, readArgs, UsageError, type Args } from './args.ts';
import { Crew } from './crew/crew.ts';
import { explain } from './crew/failed.ts';
import { narratorTo } from './narrator/narrator.ts';

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Ends the crew at the first signal, and this process with the status that the signal has in a shell. */
function obey(crew: Crew): void {
  for (const [signal, number] of Object.entries(signals)) {
    process.on(signal, () => {
      process.exitCode = 128 + number;
      void crew.end().finally(() => process.exit());
    });
  }
  process.on('exit', () => crew.abandon());
  // whoever read us went away: nobody is left to tell
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => void crew.end().finally(() => process.exit(1)));
}

async function run(args: Args, crew: Crew): Promise<number> {
  const terminal = {
    input: process.stdin,
    say: (text: string) => void process.stderr.write(text),
    interrupt: () => void process.kill(process.pid, 'SIGINT'),
  };
  const narrator = narratorTo(args.json ? process.stderr : process.stdout, process.env);
  try {
    const { play } = await import('./scenes/play.ts'); // after the arguments: they are answered at once
    const result = await play({ args, crew, narrator, terminal });
    if (args.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return result.verified ? 0 : 1;
  } catch (thrown) {
    if (!crew.ending) process.stderr.write(`${explain(thrown)}\n`);
    return 1;
  } finally {
    await crew.end();
  }
}

function parsed(): Args | null {
  try {
    return readArgs(process.argv.slice(2), process.env);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    process.stderr.write(`demo: ${thrown.message}. See npm run demo -- --help\n`);
    return null;
  }
}

const args = parsed();
if (args === null) process.exitCode = 2;
else if (args.help) process.stdout.write(HELP);
else {
  const crew = new Crew();
  obey(crew);
  const status = await run(args, crew);
  process.exitCode ??= status; // a signal that came meanwhile has set its own
  process.stdout.write('', () => process.exit()); // stdin, once read from, would keep us
}
