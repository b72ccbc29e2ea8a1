// stella ceremony: finds the subcommand and runs it.
import { LackFault } from '../../core/fault/fault.ts';
import type { Command } from '../report.ts';
import { check } from './ceremony/check.ts';
import { holding } from './ceremony/hold.ts';
import { print } from './ceremony/print.ts';
import { verify } from './ceremony/verify.ts';

const commands: Readonly<Record<string, Command>> = { check, print, verify, ...holding };

const HELP = `stella ceremony COMMAND [OPTIONS]

  check FILE    say whether a script is sound
  print FILE    print a script on paper, with boxes to tick and lines to sign
  rehearse      hold it in a folder of its own, with SoftHSM and virtual keys
  run FILE      hold it: three people at this terminal
  resume        go on with one that was begun
  verify FILE   check the transcript of a ceremony, without any network

stella ceremony COMMAND --help explains one of them.
`;

/** Runs `stella ceremony`. Throws LackFault `usage` for a command that there is not. */
export const ceremony: Command = async (argv) => {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return argv.length === 0 ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new LackFault('usage', `there is no command ceremony ${name}`);
  return command(rest);
};
