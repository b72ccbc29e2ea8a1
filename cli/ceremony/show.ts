// A ceremony on a terminal: the step as the script has it, as it will be signed, and the version that is to be decided.
import { columns, wrap } from '../../core/ceremony/page.ts';
import { signersOf, type DoStep, type IfStep } from '../../core/ceremony/script.ts';
import type { CeremonyStep, Kind } from '../../core/ceremony/step.ts';
import type { Opening } from '../../core/ceremony/transcript.ts';
import { linesOf, oneLine } from '../../core/ceremony/text.ts';
import { describeChange } from '../../core/directory/changes.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { digestOf } from '../../core/json/digest.ts';
import { nodeCrypto } from '../../ports/crypto.ts';

/** What every screenful begins with: nobody may take a rehearsal for a ceremony, nor the other way round. */
export function banner(kind: Kind, { script, ceremony }: Opening): string[] {
  const what = `${oneLine(script.title)} (${script.name} ${script.version}), ceremony ${ceremony}`;
  return kind === 'real'
    ? ['', `==== CEREMONY ${'='.repeat(66)}`, ...wrap(what), '']
    : ['', `==== REHEARSAL ${'='.repeat(65)}`, ...wrap(what), 'REHEARSAL: nothing of this is real.', ''];
}

/** The step before anything of it is done. */
export function shownLines(n: number, shown: DoStep | IfStep): string[] {
  const name = 'do' in shown ? shown.do : shown.if;
  const act = 'do' in shown ? shown.act : undefined;
  return [
    `Step ${n}: ${name}`,
    ...columns([
      { name: 'role', value: shown.role },
      { name: 'do' in shown ? 'to do' : 'question', value: oneLine(shown.text) },
      ...shown.see.map((seen) => ({ name: 'see', value: oneLine(seen) })),
      { name: 'sign', value: signersOf(shown).join(', ') },
      ...(act === undefined || act === 'presence' ? [] : [{ name: 'the machine does', value: act }]),
    ]),
  ];
}

/** What the devices sign, all of it. */
export const signedLines = (step: CeremonyStep): string[] => [
  'This is what is signed:',
  ...columns(linesOf(step)),
];

/** The next version of the directory as what it changes, none left out. */
export function directoryLines(before: Directory, next: Directory): string[] {
  const changes = describeChange(before, next).map(({ what, ...facts }) => ({
    name: what,
    value: oneLine(JSON.stringify(facts)),
  }));
  return [
    `Version ${next.version} of the directory, ${digestOf(nodeCrypto, next)}, changes:`,
    ...columns(changes),
  ];
}
