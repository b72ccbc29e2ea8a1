// The documents say what the code says: links, file names, tables, members, messages and codes.
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FromConsole, FromSigner, closeCodes } from '../../contract/wire/link.ts';
import { HeldAnswer } from '../../contract/wire/sign.ts';
import { needs } from '../../core/ceremony/script.ts';
import { Decision } from '../../core/decision/decision.ts';
import { Session } from '../../core/decision/session.ts';
import { signable } from '../../core/decision/signable.ts';
import { Directory, SignerKey } from '../../core/directory/directory.ts';
import { Evidence } from '../../core/evidence-file/evidence.ts';
import { caller, device, lack, refusal, wire } from '../../core/fault/codes.ts';
import { LogRecord, grantEnds } from '../../core/log/record.ts';
import { Policy } from '../../core/policy/policy.ts';
import { Request } from '../../core/request/request.ts';
import { Flag } from '../../core/review/view.ts';
import { coreOrder, free, table as rooms } from '../layers/rooms.ts';
import { checkout, root } from '../layers/tree.ts';
import { brokenLinks, links, section, spans, table } from './markdown.ts';

const tree = checkout();
const pages = [...tree.keys()].filter((path) => path.endsWith('.md'));
const read = (path: string): string => tree.get(path) ?? '';
const exists = (path: string): boolean => existsSync(root + path);
const protocol = read('docs/protocol.md');
const architecture = read('docs/architecture.md');
const sorted = (names: Iterable<string>): string[] => [...names].sort();

test('the documents are here', () => {
  const wanted = 'README CONTRIBUTING SECURITY CHANGELOG TASKS docs/architecture docs/protocol docs/proved';
  expect(pages).toEqual(expect.arrayContaining(wanted.split(' ').map((name) => `${name}.md`)));
});

describe.each(pages)('%s', (path) => {
  test('links to what is there', () => {
    expect(brokenLinks(tree, path, exists)).toEqual([]);
  });

  test('names files and npm scripts that are there', () => {
    const files = spans(read(path)).filter((span) => /^[\w.-]+\/\S+\.ts$/.test(span) && !span.includes('*'));
    const beside = posix.dirname(path);
    expect(files.filter((file) => !exists(file) && !exists(posix.join(beside, file)))).toEqual([]);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(path).matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('names codes that the tables have', () => {
    const known = new Set(
      [caller, device, wire, refusal, lack, closeCodes].flatMap((codes) => Object.keys(codes)),
    );
    for (const told of [...HeldAnswer.shape.code.options, ...grantEnds]) known.add(told);
    const named = spans(read(path)).filter((span) => /^[a-z0-9]+(?:_[a-z0-9]+)+$/.test(span));
    expect(named.filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('README.md', () => {
  test('begins with the two commands and stays short', () => {
    const [, first = ''] = /```\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
    const commands = first
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+#/)[0]);
    expect(commands).toEqual(['scripts/start', 'scripts/test']);
    expect(read('README.md').split('\n').length).toBeLessThan(120);
  });
});

describe('docs/architecture.md', () => {
  const rows = table(architecture, 'room', 'what lives there', 'may import');

  test('has the rooms of the table, and one row for core', () => {
    const expected = ['core/*', ...Object.keys(rooms).filter((room) => !room.startsWith('core/')), ...free];
    expect(rows.map(([room = '']) => room.replaceAll('`', ''))).toEqual(expected);
  });

  test.each(
    rows.filter(([room = '']) => rooms[room.replaceAll('`', '')]).map((row) => [row[0] ?? '', row[2] ?? '']),
  )('tells what %s may import', (room, imports) => {
    expect(sorted(spans(imports))).toEqual(sorted(rooms[room.replaceAll('`', '')]?.rooms ?? []));
  });

  test('has the rooms of core in their order', () => {
    const order = table(architecture, 'room of core').map(([room = '']) => room.replaceAll('`', ''));
    expect(order).toEqual([...coreOrder]);
  });

  test('has one figure, with words for those who do not see it', () => {
    const figures = links(architecture).filter(({ image }) => image);
    expect(figures.map(({ target }) => target)).toEqual(['images/system.svg']);
    expect(figures[0]?.text.length).toBeGreaterThan(40);
    expect(read('docs/images/system.svg')).toMatch(/<title[^>]*>[^<]{10,}<\/title>\s*<desc[^>]*>[^<]{40,}</);
  });
});

describe('docs/protocol.md', () => {
  test('has the closed table, row for row', () => {
    const rows = table(protocol, 'name', '`_type`').map((row) => row.map((cell) => cell.replaceAll('`', '')));
    const code = Object.entries(signable).map(([name, { type, origin, payloadType }]) => [
      name,
      type,
      origin,
      payloadType,
    ]);
    expect(rows).toEqual(code);
  });

  test('has every member of an evidence file, and no other', () => {
    const members = table(protocol, 'member', 'checked against').flatMap(([member = '']) => spans(member));
    expect(sorted(members)).toEqual(sorted(Object.keys(Evidence.shape)));
  });

  test('has every member of the directory, and no other', () => {
    const members = table(protocol, 'member', 'what it says').flatMap(([member = '']) => spans(member));
    expect(sorted(members)).toEqual(sorted(Object.keys(Directory.shape).filter((key) => key !== '_type')));
  });

  const words = (heading: string): Set<string> =>
    new Set(
      spans(section(protocol, heading)).flatMap((span) => span.match(/_?[A-Za-z][A-Za-z0-9-]*/g) ?? []),
    );
  const types = (union: typeof FromSigner | typeof FromConsole) =>
    union.options.map((o) => o.shape.type.value);

  test.each([
    ['2. Directory', Object.keys(SignerKey.shape)],
    ['3. Policy', Object.keys(Policy.shape)],
    ['4. Request', Object.keys(Request.shape)],
    ['5. View', Flag.shape.code.options],
    ['7. Decision', Object.keys(Decision.shape)],
    ['8. Session', Object.keys(Session.shape)],
    ['9. Log', LogRecord.options.map((option) => option.shape.event.value)],
    ['9. Log', LogRecord.options.flatMap((option) => Object.keys(option.shape))],
    ['13. Link', types(FromSigner)],
    ['13. Link', types(FromConsole)],
  ])('names in %s all of %j', (heading, names) => {
    const said = words(heading);
    expect(names.filter((name) => !said.has(name))).toEqual([]);
  });
});

test('docs/ceremony.md says of each act what it rests on', () => {
  const rows = table(read('docs/ceremony.md'), 'act', 'does').map(([act = '', , after = '']) => [
    act.replaceAll('`', ''),
    spans(after),
  ]);
  expect(rows).toEqual(Object.entries(needs));
});

test('code that names a section of a page names one that is there', () => {
  const named = [...tree]
    .filter(([path]) => path.endsWith('.ts') && !path.startsWith('tests/docs/'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\b([a-z][\w-]*\.md) (\d+)/g)].map(([, page = '', section = '']) => ({
        path,
        page,
        section,
      })),
    );
  const has = ({ page, section: number }: { page: string; section: string }) =>
    read(`docs/${page}`).includes(`\n## ${number}. `);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((one) => !has(one))).toEqual([]);
});

describe('the reader', () => {
  const seeds = new Map([
    [
      'a.md',
      '# One\n[x](b/c.md#two-words) [y](gone.md) ![](b/c.md) [z](#one) [w](#none)\n```\n[v](gone.md)\n```\n',
    ],
    ['b/c.md', '## Two words\n[up](../a.md) [far](https://example.org/x)\n'],
  ]);

  test('finds broken links, lost headings and images without words', () => {
    expect(brokenLinks(seeds, 'a.md', (path) => seeds.has(path))).toEqual([
      'a.md: gone.md is not there',
      'a.md: b/c.md has no text',
      'a.md: #none leads to no heading',
    ]);
    expect(brokenLinks(seeds, 'b/c.md', (path) => seeds.has(path))).toEqual([]);
  });

  test('reads a table to its end', () => {
    expect(table('| a | b |\n|---|---|\n| 1 | `x` |\n\n| c |\n', 'a', 'b')).toEqual([['1', '`x`']]);
    expect(() => section('## A\n', 'B')).toThrow('no section B');
  });
});
