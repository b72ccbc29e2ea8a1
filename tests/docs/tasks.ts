// TASKS.md as data, and what must hold of it: all rows of the plan, known states, and tests that are there.
import type { Tree } from '../layers/check.ts';
import { table } from './markdown.ts';
import { missingTests, namedIn } from './named.ts';

/** The rows of the delivery plan, in its order. */
export const plan = [
  'OpTok',
  'PoE',
  'quota',
  'release',
  'DSSE keyless',
  'DSSE keyful',
  'KMS',
  'HSM',
  'FIDO2',
  'multi-signature',
  'export',
  'Attestor',
  'CLI sign',
  'CLI verify',
  'promotion',
  'forensic',
  'rotation',
  'revocation',
  'observability',
  'bypass',
  'offline kit',
  'predicates',
  'replay',
  'CryptoPro',
] as const;

const states = ['done', 'partly', 'not started'];

function rowFaults(tree: Tree, [task = '', state = '', shown = '', left = '']: readonly string[]): string[] {
  const files = namedIn(shown).filter(({ file }) => file !== '');
  const said: string[] = missingTests(tree, shown);
  if (!states.includes(state)) said.push(`the state ${state} is none of ${states.join(', ')}`);
  if (state === 'done' && !files.some(({ titles }) => titles.length > 0))
    said.push('done, and names no test');
  if (state === 'not started' && files.length > 0) said.push('not started, and names a test');
  if (state !== 'done' && left === '') said.push('does not say what is left');
  return said.map((why) => `${task}: ${why}`);
}

/** Everything that is wrong with TASKS.md, one line each. */
export function taskFaults(tree: Tree, text: string): string[] {
  const rows = table(text, 'task', 'status', 'shown by', 'what is left');
  const tasks = rows.map(([task = '']) => task);
  const order = tasks.join(', ') === plan.join(', ') ? [] : [`the rows are ${tasks.join(', ')}`];
  return [...order, ...rows.flatMap((row) => rowFaults(tree, row))];
}
