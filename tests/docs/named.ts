// Tests as documents name them, `path/x.test.ts` and a title beside it, and whether they are there.
import { spans } from './markdown.ts';
import type { Tree } from '../layers/check.ts';

/** A test file that a cell names, and the titles that stand after it, up to the next file. */
export interface Named {
  readonly file: string;
  readonly titles: readonly string[];
}

const isTestFile = (span: string): boolean => /^tests\/\S+\.test\.ts$/.test(span);

/** What a cell names: code spans, a file first, then its titles. A title before any file is kept under ''. */
export function namedIn(cell: string): Named[] {
  const named: { file: string; titles: string[] }[] = [];
  for (const span of spans(cell)) {
    if (isTestFile(span)) named.push({ file: span, titles: [] });
    else if (named.length > 0) named.at(-1)?.titles.push(span);
    else named.push({ file: '', titles: [span] });
  }
  return named;
}

/** The titles that a test file gives to suites and tests, as written: placeholders of `each` and templates included. */
export function titlesOf(source: string): Set<string> {
  const calls =
    /(?:\b(?:describe|test|it)(?:\.\w+)*\(|\)\()\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`)/g;
  return new Set(
    [...source.matchAll(calls)].map(([, a, b, c]) => (a ?? b ?? c ?? '').replaceAll(/\\(.)/g, '$1')),
  );
}

/** Why a cell's tests are not there, one line each. */
export function missingTests(tree: Tree, cell: string): string[] {
  return namedIn(cell).flatMap(({ file, titles }) => {
    if (file === '') return titles.map((title) => `${title}: no test file before it`);
    const source = tree.get(file);
    if (source === undefined) return [`${file} is not there`];
    const known = titlesOf(source);
    return titles.filter((title) => !known.has(title)).map((title) => `${file} has no test ${title}`);
  });
}
