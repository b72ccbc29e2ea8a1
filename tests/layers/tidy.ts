// Habits that no compiler keeps: short files, a header line each, and no word of the machine they were written on.
import type { Tree } from './check.ts';

const longest = 400;
/** Spelled in halves, so that this file does not find itself. */
const machine = [
  ['/wo', 'rk/'],
  ['/ro', 'ot/'],
  ['/tmp/gu', 'ide'],
  ['../sha', 'red'],
].map((halves) => halves.join(''));
const registry = new RegExp(['regis', 'try\\.(npmjs|yarnpkg|npmmirror)\\.'].join(''), 'i');

const isOurs = (path: string): boolean => !path.startsWith('tests/vectors/');

function header(path: string, text: string): string | undefined {
  if (!/\.tsx?$/.test(path)) return undefined;
  const lines = text.split('\n');
  const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
  return /^\/\/ \S.{9,}/.test(first ?? '') ? undefined : 'its first line does not say its one job';
}

function length(path: string, text: string): string | undefined {
  if (!/\.tsx?$/.test(path)) return undefined;
  const lines = text.split('\n').length - 1;
  return lines > longest ? `${lines} lines, at most ${longest}` : undefined;
}

function words(path: string, text: string): string[] {
  const mayKnow = path === '.ci/run';
  const found = machine.filter((word) => !mayKnow && text.includes(word)).map((word) => `names ${word}`);
  return registry.test(text) ? [...found, 'names a package registry'] : found;
}

/** Every untidiness in `tree`, one line each. */
export function untidy(tree: Tree): string[] {
  return [...tree]
    .filter(([path]) => isOurs(path))
    .flatMap(([path, text]) =>
      [header(path, text), length(path, text), ...words(path, text)]
        .filter((said) => said !== undefined)
        .map((said) => `${path}: ${said}`),
    );
}
