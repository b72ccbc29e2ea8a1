// stella ceremony print: a script for paper.
import { printScript } from '../../../core/ceremony/text.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { readArgs } from '../../args.ts';
import type { Command } from '../../report.ts';
import { onlyFile, scriptIn } from './files.ts';

const HELP = `stella ceremony print FILE

  FILE      a script (YAML 1.2, or JSON)

Prints pages of 80 columns and 60 lines, a form feed between two: \`stella ceremony print FILE | lp\`.
Exit status: 0 printed, 1 the script is not sound, 2 there is no such file.
`;

const options = { help: { type: 'boolean', short: 'h' } } as const;

/** Runs `stella ceremony print`. */
export const print: Command = async (argv) => {
  const { values, positionals } = readArgs(argv, options, 1);
  if (values.help) return (process.stdout.write(HELP), 0);
  process.stdout.write(printScript(nodeCrypto, await scriptIn(onlyFile(positionals, 'script'))));
  return 0;
};
