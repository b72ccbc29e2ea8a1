// A verified transcript as plain text for people.
import { columns, paginate, wrap } from './page.ts';
import { linesOf, oneLine } from './lines.ts';
import { isPublished } from './published.ts';
import type { SealedStep } from './step.ts';
import { kindOf, type Transcript } from './transcript.ts';
import type { CeremonyVerdict } from './verdict.ts';

const row = (name: string, value: string | number) => ({ name, value: oneLine(String(value)) });

/** What a rehearsal's text says on top of every page; a real one's names its environment. */
function headOf(transcript: Transcript, { environment, script }: CeremonyVerdict): string {
  const what = kindOf(transcript) === 'rehearsal' ? 'REHEARSAL, proves nothing' : `Ceremony, ${environment}`;
  return `${what}: ${script.name} version ${script.version}`;
}

const outcomes: Readonly<Record<CeremonyVerdict['outcome'], string>> = {
  done: 'DONE',
  abandoned: 'ABANDONED',
  stopped: 'STOPPED',
};

function fate({ decided }: CeremonyVerdict): string {
  if (!decided) return 'none was decided';
  const { version, notAfter, inForce } = decided;
  return inForce
    ? `${version}; the old key's window ends ${notAfter}`
    : `${version} was signed; it is not in the chain here`;
}

/** What a verified ceremony came to, as rows; the last one says as of when. */
export function verdictRows(verdict: CeremonyVerdict): { name: string; value: string }[] {
  const { cosigners, exceptions, people, script } = verdict;
  return [
    row('outcome', outcomes[verdict.outcome]),
    row('', verdict.why),
    row('ceremony', verdict.ceremony),
    row(
      'script',
      `${script.name} version ${script.version}, ${isPublished(script) ? 'as published' : 'NOT as published'}`,
    ),
    row('', script.digest),
    ...people.map(({ role, officer, device }) => row(role, `${officer} with ${device}`)),
    row('old key', verdict.key),
    row('new key', verdict.newKey ?? 'none took its place'),
    row('directory version', fate(verdict)),
    row('log', cosigners.length === 0 ? 'unwitnessed' : `witnessed by ${cosigners.join(', ')}`),
    ...(exceptions.length === 0 ? [row('exceptions', 'none')] : []),
    ...exceptions.map(({ n, step, reason }) => row('EXCEPTION', `step ${n} (${step}): ${reason}`)),
    row('as of', `directory ${verdict.directory}, checkpoint ${verdict.checkpoint}`),
  ];
}

function opened({ opening }: Transcript, { opened: version }: CeremonyVerdict): string[] {
  return [
    'Opened',
    ...columns([
      row('at', opening.openedAt),
      row('signer', opening.signer),
      row('directory', `version ${version}, ${opening.directory}`),
      row('HSM serial', opening.token),
      row('old key', opening.key),
      row('overlap', `${opening.overlapDays} days`),
    ]),
  ];
}

function stepBlock({ step, signatures }: SealedStep): string[] {
  return [
    `Step ${step.n}: ${step.step}`,
    ...columns(linesOf(step)),
    ...signatures.flatMap(({ role, officer, device, proof }) =>
      wrap(`signed by ${officer} (${role}) with ${device}, ${proof.kind}`, '  ', '    '),
    ),
  ];
}

/** The transcript as pages of 80 columns, form feeds between them; a rehearsal says so on each. */
export function renderTranscript(transcript: Transcript, verdict: CeremonyVerdict): string {
  const { script } = transcript.opening;
  return paginate(headOf(transcript, verdict), [
    wrap(script.title.toUpperCase()),
    columns(verdictRows(verdict)),
    opened(transcript, verdict),
    ...transcript.steps.map(stepBlock),
  ]);
}
