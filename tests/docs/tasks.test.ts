// TASKS.md names tests that are there, and a row that is called done names at least one.
import { describe, expect, test } from 'vitest';
import { checkout } from '../layers/tree.ts';
import { missingTests, namedIn, titlesOf } from './named.ts';
import { plan, taskFaults } from './tasks.ts';

const tree = checkout();

test('TASKS.md holds', () => {
  expect(taskFaults(tree, tree.get('TASKS.md') ?? '')).toEqual([]);
});

const file = 'tests/made/up.test.ts';
const made = new Map([
  [file, "describe('a thing', () => {\n  test.each([\n    1,\n  ])('works with %s', f);\n});\n"],
]);
const head = '| task | status | shown by | what is left |\n|---|---|---|---|\n';
const page = (changed: Record<string, string>) =>
  head +
  plan.map((task) => `| ${changed[task] ?? `${task} | not started | | all of it`} |`).join('\n') +
  '\n';

describe('a page', () => {
  test('with every row and a test that is there passes', () => {
    expect(taskFaults(made, page({ PoE: `PoE | done | \`${file}\` \`works with %s\` | ` }))).toEqual([]);
    expect(taskFaults(made, page({ PoE: `PoE | partly | \`${file}\` \`a thing\` | the rest` }))).toEqual([]);
  });

  test.each([
    ['PoE | done | | ', 'PoE: done, and names no test'],
    [`PoE | done | \`${file}\` | `, 'PoE: done, and names no test'],
    [`PoE | done | \`${file}\` \`works\` | `, `PoE: ${file} has no test works`],
    ['PoE | done | `tests/made/gone.test.ts` `x` | ', 'PoE: tests/made/gone.test.ts is not there'],
    ['PoE | done | `a thing` | ', 'PoE: a thing: no test file before it'],
    ['PoE | nearly | | something', 'PoE: the state nearly is none of done, partly, not started'],
    ['PoE | partly | | ', 'PoE: does not say what is left'],
    [`PoE | not started | \`${file}\` \`a thing\` | all`, 'PoE: not started, and names a test'],
  ])('with %j is refused', (row, fault) => {
    expect(taskFaults(made, page({ PoE: row }))).toContain(fault);
  });

  test('without one of the rows, or without the table, is refused', () => {
    const [first, ...others] = page({}).split('\n').slice(2);
    expect(taskFaults(made, head + others.join('\n'))[0]).toMatch(/^the rows are PoE/);
    expect(taskFaults(made, `${head}${first}\n`)[0]).toBe('the rows are OpTok');
    expect(() => taskFaults(made, '# Tasks\n')).toThrow('no table');
  });
});

describe('titles', () => {
  test('are found in every spelling, and nothing else is one', () => {
    const source = `test('it''s not', f); test("a 'b'", f); it.skip(\`c \${d}\`, f);
      needs('softhsm', softhsm)('a token', g); test.each(rows)('e\\'s %s', f); expect(x).toBe('no title'); // 'nor this'`;
    expect([...titlesOf(source)]).toEqual(['it', "a 'b'", 'c ${d}', 'a token', "e's %s"]);
  });

  test('belong to the file before them', () => {
    expect(namedIn('`tests/a.test.ts` `x`, `y`; `tests/b.test.ts` `z`')).toEqual([
      { file: 'tests/a.test.ts', titles: ['x', 'y'] },
      { file: 'tests/b.test.ts', titles: ['z'] },
    ]);
  });
});

test('docs/proved.md names tests that are there', () => {
  const rows = (tree.get('docs/proved.md') ?? '').split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.flatMap((row) => row.split('|')).filter((cell) => cell.includes('`tests/'));
  expect(cells.length).toBeGreaterThan(10);
  expect(cells.flatMap((cell) => missingTests(tree, cell))).toEqual([]);
});
