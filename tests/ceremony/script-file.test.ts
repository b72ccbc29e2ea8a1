// Script files: YAML without its tricks, what is wrong named by line, column and step, and a thousand broken ones.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LARGEST_SCRIPT, readScript } from '../../ceremony/script-file.ts';
import { Script } from '../../core/ceremony/script.ts';
import { isFault } from '../../core/fault/fault.ts';
import { digestOf } from '../../core/json/digest.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { count } from '../support/counts.ts';

const folder = join(import.meta.dirname, '../../assets/ceremonies');
const bytes = readFileSync(join(folder, 'rotate-signing-key.yaml'));
const yaml = bytes.toString();

const refusalOf = (text: string | Uint8Array): string => {
  try {
    readScript(typeof text === 'string' ? Buffer.from(text) : text);
    return 'sound';
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return thrown.message;
  }
};

/** The line on which a text begins. */
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('a script file', () => {
  test('says the same in YAML and in JSON', () => {
    const script = readScript(bytes);
    const json = JSON.stringify(script, null, 2);
    expect(digestOf(nodeCrypto, readScript(Buffer.from(json)))).toBe(digestOf(nodeCrypto, script));
  });

  test.each<[string, string, string]>([
    ['an unknown act', yaml.replace('act: presence', 'act: present'), 'gather: act: '],
    ['a misspelt member', yaml.replace('    text: Put', '    txt: Put'), 'check-hsm: text: '],
    [
      'a member too many',
      yaml.replace('    text: Put', '    note: x\n    text: Put'),
      'check-hsm: note: unknown',
    ],
    ['an unknown member at the top', `${yaml}author: me\n`, 'author: unknown'],
    [
      'an entry of no kind',
      yaml.replace('- end: done', '- fin: done'),
      'entry 12: an entry is one of do, if, go to, end',
    ],
    ['a GO TO nowhere', yaml.replace('go to: done', 'go to: dome'), 'entry 10: no step dome'],
    [
      'a rule that is broken',
      yaml.replace("'yes': generate", "'yes': possession"),
      'generate: it cannot be reached',
    ],
    ['a version in quotes', yaml.replace('version: 1', 'version: "1"'), 'version: '],
    ['a key twice', yaml.replace('version: 1', 'version: 1\nversion: 2'), 'the same key twice'],
    [
      'a key twice in a step',
      yaml.replace('    act: presence', '    act: presence\n    act: presence'),
      'the same key twice',
    ],
    ['an anchor', yaml.replace('name: rotate', 'name: &a rotate'), 'an anchor'],
    ['an alias', yaml.replace('title: Replace a signing key', 'title: *a'), ''],
    ['a tag', yaml.replace('version: 1', 'version: !!int 1'), 'a tag'],
    ['a tag of its own', yaml.replace('version: 1', 'version: !int 1'), ''],
    ['a merge', yaml.replace('version: 1', 'version: 1\n<<: {a: 1}'), '<<: unknown'],
    ['a directive', `%YAML 1.1\n---\n${yaml}`, 'a directive'],
    ['a tag directive', `%TAG ! tag:example,2000:\n---\n${yaml}`, 'a directive'],
    ['two documents', `${yaml}---\nx: 1\n`, 'no YAML'],
    ['no document', '', ''],
    ['only a comment', '# nothing\n', ''],
    ['a list', '- a\n', ''],
    ['a text', 'script\n', ''],
    ['no YAML', 'a: [1, 2\n', 'no YAML'],
    ['a list for a key', '? [a]\n: 1\n', 'no YAML'],
    ['no end of nesting', `a: ${'['.repeat(100_000)}`, 'no YAML'],
    [
      'hidden characters',
      yaml.replace('title: Replace', 'title: "Replace\\u202e'.concat('"')).replace('" a signing key', '"'),
      'title: ',
    ],
  ])('with %s is refused where it stands', (_name, text, told) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatch(/^ceremony_script: line \d+, column \d+: /);
    expect(refusal).toContain(told);
  });

  test('names line and column of what is wrong', () => {
    const bad = yaml.replace('role: custodian\n    act: generate-key', 'role: nobody\n    act: generate-key');
    expect(refusalOf(bad)).toContain(`line ${lineOf(bad, 'role: nobody')}, column 11: generate: role: `);
    const lost = yaml.replace("'no': wrong-hsm", "'no': nowhere");
    expect(refusalOf(lost)).toContain(
      `line ${lineOf(lost, '- if: right-hsm')}, column 5: right-hsm: no step nowhere`,
    );
  });

  test('is of at most 256 KiB, in UTF-8, without a BOM', () => {
    const padded = (size: number) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length, '#')]);
    expect(refusalOf(padded(LARGEST_SCRIPT))).toBe('sound');
    expect(refusalOf(padded(LARGEST_SCRIPT + 1))).toMatch(/^ceremony_script: over/);
    expect(refusalOf(Buffer.concat([bytes, Buffer.of(0xff)]))).toMatch(/^encoding/);
  });

  test('broken at random, a thousand times: a code or a sound script, never a crash', () => {
    const pieces = [
      '\n',
      ' ',
      '\t',
      ':',
      '- ',
      '#',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '!!',
      '|',
      '>',
      '"',
      "'",
      '%',
      '---\n',
      '\u202e',
      '\0',
      'do: ',
      '__proto__: ',
      'null',
      '~',
      '.nan',
      '0x1',
    ];
    const edit = fc.record({
      at: fc.nat(bytes.length - 1),
      drop: fc.nat(40),
      put: fc.oneof(
        fc.constantFrom(...pieces).map((piece) => Buffer.from(piece)),
        fc.uint8Array({ maxLength: 4 }),
      ),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text: Uint8Array = bytes;
        for (const { at, drop, put } of edits)
          text = Buffer.concat([text.subarray(0, at), put, text.subarray(at + drop)]);
        if (/^(ceremony_script|encoding)/.test(refusalOf(text))) refused++;
      }),
      { numRuns: Math.max(1000, count(10_000)) },
    );
    expect(refused).toBeGreaterThan(500);
  });
});

describe('the published schema', () => {
  const path = join(folder, 'script.schema.json');
  const made = { title: "A ceremony's script", ...z.toJSONSchema(Script, { target: 'draft-2020-12' }) };
  test('is that of the code', () => {
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(made);
  });
  test('is named by the script', () =>
    expect(yaml).toMatch(/^# yaml-language-server: \$schema=\.\/script\.schema\.json\n/));
});

test('the example of docs/ceremony.md is a sound script', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/ceremony.md'), 'utf8');
  const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(readScript(Buffer.from(example))).toMatchObject({ name: 'check-signing-hsm', version: 1 });
});
