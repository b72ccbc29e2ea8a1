// A script on paper: what people hold in their hands, tick and sign beside the screen.
import { digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { wordsOf } from '../words/words.ts';
import { paginate, wrap } from './page.ts';
import {
  Role,
  nameOf,
  signersOf,
  type DoStep,
  type EndStep,
  type Entry,
  type IfStep,
  type Script,
} from './script.ts';

const LINE = '_'.repeat(22);

const numberOf = (script: Script, name: string): string =>
  String(script.steps.findIndex((entry) => nameOf(entry) === name) + 1);

const to = (script: Script, name: string): string => `${numberOf(script, name)} (${name})`;

function signatures(step: DoStep | IfStep): string[] {
  return signersOf(step).map((role) => `     ${role.padEnd(10)} ${LINE}   time ${'_'.repeat(10)}`);
}

const sees = (step: DoStep | IfStep): string[] =>
  step.see.flatMap((seen) => wrap(seen, '     [ ] ', '         '));

function doLines(at: string, step: DoStep): string[] {
  const act = step.act === undefined ? '' : `, act ${step.act}`;
  return [
    ...wrap(`DO ${step.do} (${step.role}${act})`, `${at} `, '     '),
    ...wrap(step.text, '     '),
    ...sees(step),
    ...signatures(step),
  ];
}

function ifLines(at: string, script: Script, step: IfStep): string[] {
  return [
    ...wrap(`IF ${step.if} (${step.role})`, `${at} `, '     '),
    ...wrap(step.text, '     '),
    ...sees(step),
    ...wrap(`[ ] YES: go to ${to(script, step.yes)}`, '     ', '         '),
    ...wrap(`[ ] NO:  go to ${to(script, step.no)}`, '     ', '         '),
    ...signatures(step),
  ];
}

function endLines(at: string, { end, outcome, text }: EndStep): string[] {
  return [...wrap(`END ${end} (${outcome})`, `${at} `, '     '), ...wrap(text, '     ')];
}

function entryLines(script: Script, entry: Entry, at: number): string[] {
  const number = `${at + 1}.`.padEnd(4);
  if ('do' in entry) return doLines(number, entry);
  if ('if' in entry) return ifLines(number, script, entry);
  if ('end' in entry) return endLines(number, entry);
  return wrap(`GO TO ${to(script, entry['go to'])}`, `${number} `, '     ');
}

function roles(): string[] {
  const blank = (label: string, width: number) => `${label} ${'_'.repeat(width)}`;
  return [
    'Who takes part, each with a device of their own:',
    ...Role.options.map(
      (role) => `  ${role.padEnd(10)} ${blank('name', 18)} ${blank('device', 12)} ${blank('signed', 14)}`,
    ),
    '',
    `  ceremony ${'_'.repeat(30)}   date ${'_'.repeat(14)}`,
  ];
}

function deviations(): string[] {
  return [
    'Exceptions and stops: the step, what was done otherwise, and why. Everybody',
    'signs each.',
    ...Array.from({ length: 3 }, () => [
      '',
      `  step ${'_'.repeat(10)} ${'_'.repeat(60)}`,
      `  ${'_'.repeat(76)}`,
    ]).flat(),
    '',
    'The twelve check words of the last step, as they were read aloud:',
    ...Array.from({ length: 3 }, (_, line) => [
      '',
      `  ${Array.from({ length: 4 }, (__, at) => `${String(line * 4 + at + 1).padStart(2)} ${'_'.repeat(14)}`).join('  ')}`,
    ]).flat(),
  ];
}

/** The script as pages of 80 columns, form feeds between them: roles, numbered steps with boxes and lines to sign, its digest. */
export function printScript(crypto: Crypto, script: Script): string {
  const digest = digestOf(crypto, script);
  const words = wordsOf(digest);
  const head = `${script.name} version ${script.version}`;
  return paginate(head, [
    [
      ...wrap(script.title.toUpperCase()),
      '',
      ...wrap(script.purpose),
      '',
      'This script, by its digest and its check words:',
      `  ${digest}`,
      `  ${words.slice(0, 6).join(' ')}`,
      `  ${words.slice(6).join(' ')}`,
    ],
    roles(),
    ...script.steps.map((entry, at) => entryLines(script, entry, at)),
    deviations(),
  ]);
}
