// Reading arguments with node:util's parser, its complaints turned into our own fault.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { LackFault } from '../core/fault/fault.ts';

/** Parses options strictly. Throws LackFault `usage` for an unknown or repeated option, or one without its value. */
export function readArgs<T extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: T,
  positionals = 0,
) {
  try {
    const parsed = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: positionals > 0,
      tokens: true,
    });
    const names = parsed.tokens.flatMap((t) => (t.kind === 'option' ? [t.name] : []));
    const twice = names.find((n, i) => names.indexOf(n) !== i);
    if (twice !== undefined) throw new LackFault('usage', `--${twice} twice`);
    if (parsed.positionals.length > positionals) throw new LackFault('usage', `too many arguments`);
    return parsed;
  } catch (error) {
    if (error instanceof TypeError) throw new LackFault('usage', error.message, error);
    throw error;
  }
}
