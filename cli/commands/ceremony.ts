// stella ceremony: finds the command after it.
import { LackFault } from '../../core/fault/fault.ts';
import { RUN_HELP, holding } from '../ceremony/commands.ts';
import type { Command } from '../report.ts';

/** Runs `stella ceremony NAME`. Throws LackFault `usage` for another name. */
export const ceremony: Command = async ([name = '', ...rest]) => {
  if (name === '--help' || name === '-h') return (process.stdout.write(RUN_HELP), 0);
  const command = Object.hasOwn(holding, name) ? holding[name] : undefined;
  if (!command) throw new LackFault('usage', `there is no stella ceremony ${name}`);
  return command(rest);
};
