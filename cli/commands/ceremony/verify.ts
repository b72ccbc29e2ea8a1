// stella ceremony verify: the offline verdict on a ceremony's transcript.
import { isPublished } from '../../../core/ceremony/published.ts';
import { renderTranscript } from '../../../core/ceremony/text.ts';
import { Transcript } from '../../../core/ceremony/transcript.ts';
import { verifyTranscript, type CeremonyVerdict } from '../../../core/ceremony/verify.ts';
import { LackFault, Refusal } from '../../../core/fault/fault.ts';
import { parseCanonical } from '../../../core/json/canonical.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { parseAs } from '../../../core/json/schema.ts';
import { visible } from '../../../core/review/text.ts';
import { asOf } from '../../../core/verify/evidence.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { readArgs } from '../../args.ts';
import { readBytes, readTrust } from '../../files.ts';
import { printJson, printLines, type Command } from '../../report.ts';
import { onlyFile, ownScript } from './files.ts';

const HELP = `stella ceremony verify TRANSCRIPT --directory D [--pin DIGEST] [--script FILE] [--rehearsal] [--text | --json]

  TRANSCRIPT      the transcript of a ceremony
  --directory D   the Signer's directory chain, as you trust it
  --pin DIGEST    the digest of its version 1, when you hold it from elsewhere
  --script FILE   refuse a ceremony that followed another script than this one
  --rehearsal     the transcript is a rehearsal's; without it, a rehearsal is refused
  --text          the whole transcript for people to read, if it holds
  --json          one JSON object on stdout

Needs no network. Exit status: 0 it holds, 1 refused, 2 something is lacking. Good means that it happened so and was
signed so; how it ended stands in the first line, and may be that it was stopped.
`;

const options = {
  directory: { type: 'string' },
  pin: { type: 'string' },
  script: { type: 'string' },
  rehearsal: { type: 'boolean' },
  text: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const outcomes: Readonly<Record<CeremonyVerdict['outcome'], string>> = {
  done: 'came to its end',
  abandoned: 'was abandoned as its script says',
  stopped: 'was stopped by those who held it',
};

function keyLine({ key, newKey, decided }: CeremonyVerdict): string {
  if (newKey !== null)
    return `${newKey} took the place of ${key}, whose window ends ${decided?.notAfter ?? ''}`;
  if (decided)
    return `version ${decided.version}, which it decided, is not in this directory; ${key} goes on`;
  return `${key} goes on; no key took its place`;
}

function lines(verdict: CeremonyVerdict): string[] {
  const { kind, environment, script, people, exceptions, cosigners } = verdict;
  const head =
    kind === 'real'
      ? `Verified: this ceremony of ${environment}`
      : 'Verified as a REHEARSAL, which proves nothing: it';
  const which = isPublished(script) ? 'as published' : 'NOT one that is published: read it, or give --script';
  return [
    `${head} ${outcomes[verdict.outcome]}.`,
    verdict.why,
    keyLine(verdict),
    `script ${script.name} version ${script.version}, ${which}`,
    `  ${script.digest}`,
    `held by ${people.map(({ role, officer }) => `${officer} (${role})`).join(', ')}`,
    ...exceptions.map(({ n, step, reason }) => `EXCEPTION in step ${n} (${step}): ${reason}`),
    cosigners.length === 0 ? 'the log is unwitnessed' : `the log is witnessed by ${cosigners.join(', ')}`,
  ].map((line) => visible(line).replaceAll('\n', '<U+000A>'));
}

/** Runs `stella ceremony verify`. Refusals and lacks are thrown; the caller turns them into exit codes. */
export const verify: Command = async (argv) => {
  const { values, positionals } = readArgs(argv, options, 1);
  if (values.help) return (process.stdout.write(HELP), 0);
  const file = onlyFile(positionals, 'transcript');
  if (!values.directory) throw new LackFault('usage', 'give --directory');
  if (values.text && values.json) throw new LackFault('usage', '--text and --json at once');
  const bytes = await readBytes(file);
  const wanted = values.script === undefined ? null : await ownScript(values.script);
  const trust = await readTrust(values.directory, values.pin);
  const value = parseCanonical(bytes);
  const verdict = verifyTranscript(nodeCrypto, trust, values.rehearsal ? 'rehearsal' : 'real', value);
  if (wanted && digestOf(nodeCrypto, wanted) !== verdict.script.digest)
    throw new Refusal(
      'ceremony_other_script',
      `${verdict.script.name} version ${verdict.script.version}, ${verdict.script.digest}`,
    );
  if (values.json) printJson({ ...verdict, verdict: 'verified', published: isPublished(verdict.script) });
  else if (values.text) process.stdout.write(renderTranscript(parseAs(Transcript, value), verdict));
  if (!values.json) printLines([...(values.text ? [''] : lines(verdict)), asOf(verdict)]);
  return 0;
};
