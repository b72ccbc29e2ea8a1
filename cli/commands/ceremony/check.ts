// stella ceremony check: whether a script is sound, and which one it is.
import { isPublished } from '../../../core/ceremony/published.ts';
import { signersOf, type DoStep, type IfStep, type Script } from '../../../core/ceremony/script.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { wordsOf } from '../../../core/words/words.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { readArgs } from '../../args.ts';
import { printJson, printLines, type Command } from '../../report.ts';
import { onlyFile, scriptIn } from './files.ts';

const HELP = `stella ceremony check FILE [--json]

  FILE      a script (YAML 1.2, or JSON)
  --json    one JSON object on stdout

Exit status: 0 sound, 1 not sound (line, column and step are named), 2 there is no such file.
`;

const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

const isStep = (entry: Script['steps'][number]): entry is DoStep | IfStep => 'do' in entry || 'if' in entry;

function stepRow(step: DoStep | IfStep): {
  step: string;
  role: string;
  act: string | null;
  signers: string[];
} {
  const act = 'do' in step ? (step.act ?? null) : null;
  return { step: 'do' in step ? step.do : step.if, role: step.role, act, signers: signersOf(step) };
}

/** Runs `stella ceremony check`. */
export const check: Command = async (argv) => {
  const { values, positionals } = readArgs(argv, options, 1);
  if (values.help) return (process.stdout.write(HELP), 0);
  const script = await scriptIn(onlyFile(positionals, 'script'));
  const { name, version } = script;
  const digest = digestOf(nodeCrypto, script);
  const published = isPublished({ name, version, digest });
  const words = wordsOf(digest);
  const steps = script.steps.filter(isStep).map(stepRow);
  if (values.json)
    return (printJson({ verdict: 'sound', name, version, digest, words, published, steps }), 0);
  printLines([
    `Sound: ${name} version ${version}, ${published ? 'as published' : 'not one that is published'}.`,
    `digest ${digest}`,
    `words ${words.join(' ')}`,
    ...steps.map(
      ({ step, role, act, signers }, at) =>
        `  ${at + 1} ${step}: ${role}${act === null ? '' : `, ${act}`}; signed by ${signers.join(', ')}`,
    ),
  ]);
  return 0;
};
