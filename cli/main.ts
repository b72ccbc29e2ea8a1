// stella: the command line. Finds the command, runs it, and turns faults into exit codes.
import { isFault } from '../core/fault/fault.ts';
import { ceremony } from './commands/ceremony.ts';
import { key } from './commands/key.ts';
import { review } from './commands/review.ts';
import { verify } from './commands/verify.ts';
import { exitCodeOf, reportFault, type Command } from './report.ts';

const commands: Readonly<Record<string, Command>> = { verify, review, key, ceremony };

const HELP = `stella COMMAND [OPTIONS]

  verify     check a bundle, or an evidence file, without any network
  review     show what a payload says, and the digest of that view
  key        list the Signer's keys, or suspend one as an officer
  ceremony   check and print a ceremony's script, rehearse and hold it, verify its transcript

stella COMMAND --help explains one of them.
Exit status: 0 good, 1 refused, 2 something is lacking (a file, the directory, usable arguments).
`;

async function main(argv: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return argv.length === 0 ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(`stella: there is no command ${JSON.stringify(name)}. See stella --help.\n`);
    return 2;
  }
  try {
    return await command(rest);
  } catch (error) {
    if (!isFault(error)) throw error;
    reportFault(error, argv);
    return exitCodeOf(error);
  }
}

// A reader that has seen enough (`stella review ... | head`) is no fault of the command's.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
