// The catalogues: same keys, same arguments, every code in every language, and no words anywhere else.
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import { parseSync } from 'vite';
import de from '../../renderer/catalogue/de.json' with { type: 'json' };
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import german from '../../renderer/catalogue/faults.de.json' with { type: 'json' };
import { english, meaningOf } from '../../renderer/catalogue/faults.ts';
import { languageFor } from '../../renderer/catalogue/language.ts';
import { holdStates } from '../../core/hold/hold.ts';
import { HoldKind } from '../../core/policy/policy.ts';
import { Flag } from '../../core/review/view.ts';
import { knownPredicates } from '../../core/review/known.ts';
import { Finding } from '../../core/request/request.ts';
import { checkout } from '../layers/tree.ts';

const catalogues = { en, de } as const satisfies Record<string, Record<string, string>>;
const keys = Object.keys(en).sort();

/** The names of a message's arguments and tags. */
function argumentsOf(message: string): string[] {
  const outer = message.replaceAll(/''/g, '');
  const found = [...outer.matchAll(/(?<!(?:one|other|=\d+) )\{\s*(\w+)\s*[,}]|<(\w+)>/g)].map(
    (match) => match[1] ?? `<${match[2]}>`,
  );
  return [...new Set(found)].sort();
}

describe('the catalogues', () => {
  test('have the same keys, sorted', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
    expect(Object.keys(en)).toEqual(keys);
  });

  test.each(keys)('%s has the same arguments in both and can be formatted', (key) => {
    const [english, other] = [en[key as keyof typeof en], de[key as keyof typeof de]];
    expect(argumentsOf(other)).toEqual(argumentsOf(english));
    for (const [locale, messages] of Object.entries(catalogues)) {
      const intl = createIntl({
        locale,
        messages,
        onError: (error) => {
          throw error;
        },
      });
      for (const count of [0, 1, 2, 12_000]) {
        const values = Object.fromEntries(argumentsOf(english).map((name) => [name, count]));
        const text = intl.formatMessage({ id: key }, values);
        expect(text).not.toBe('');
        expect(text).not.toMatch(/[{}!]/);
      }
    }
  });

  test('know every state, kind, flag, gate and document by name', () => {
    const wanted = [
      ...holdStates.map((state) => `state.${state}`),
      ...HoldKind.options.map((kind) => `kind.${kind}`),
      ...Flag.shape.code.options.flatMap((code) => [`flag.${code}`, `flag.${code}.says`]),
      ...Finding.shape.gate.options.map((gate) => `gate.${gate}`),
      ...[...knownPredicates.values(), 'blind'].map((document) => `document.${document}`),
    ];
    expect(wanted.filter((key) => !(key in en))).toEqual([]);
  });

  test('follow the choice, then the system', () => {
    expect([languageFor('system', 'de-AT'), languageFor('system', 'fr'), languageFor('en', 'de')]).toEqual([
      'de',
      'en',
      'en',
    ]);
  });
});

describe('what faults say', () => {
  test('is there in German for every code, and for no other', () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
  });

  test.each(Object.keys(english))('%s', (code) => {
    for (const language of ['en', 'de'] as const) {
      const meaning = meaningOf(language, code);
      expect(meaning?.says).toMatch(/\.$/);
      expect(meaning?.next).toMatch(/\.$/);
      expect(`${meaning?.says}${meaning?.next}`).not.toContain('!');
    }
  });

  test('is nothing for a code that no table knows, also when an object would have it', () => {
    for (const code of ['nonsense', 'constructor', '__proto__', 'toString']) {
      expect(meaningOf('en', code)).toBeNull();
      expect(meaningOf('de', code)).toBeNull();
    }
  });
});

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
const spoken = [
  'aria-label',
  'title',
  'placeholder',
  'alt',
  'label',
  'aria-description',
  'aria-roledescription',
];
const hasWord = (text: unknown): boolean => typeof text === 'string' && /\p{L}{2,}/u.test(text);

/** Every text of a component that a person would read or hear and that is no message. */
function literals(path: string, code: string): string[] {
  const found: string[] = [];
  const walk = (node: Node): void => {
    if (node.type === 'JSXText' && hasWord(node['value'])) found.push(String(node['value']).trim());
    if (node.type === 'JSXAttribute') {
      const [name, value] = [node['name'], node['value']] as [Node, Node | null];
      if (spoken.includes(String(name['name'])) && value?.type === 'Literal' && hasWord(value['value']))
        found.push(String(value['value']));
    }
    if (node.type === 'JSXExpressionContainer') {
      const inner = node['expression'];
      if (isNode(inner) && inner.type === 'Literal' && hasWord(inner['value']))
        found.push(String(inner['value']));
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) walk(child);
  };
  walk(parseSync(path, code, { lang: 'tsx', astType: 'ts' }).program as unknown as Node);
  return found;
}

describe('components', () => {
  const components = [...checkout()].filter(([path]) => /^renderer\/.*\.tsx$/.test(path));

  test('the search finds what it is for', () => {
    expect(literals('a.tsx', 'const a = <p title="Hello there">Some words{"and more"}</p>;')).toHaveLength(3);
    expect(literals('a.tsx', 'const a = <p className="flex">{t("a.b")} · {x}</p>;')).toEqual([]);
    expect(components.length).toBeGreaterThan(30);
  });

  test.each(components)('%s has no words of its own', (path, code) => {
    expect(literals(path, code)).toEqual([]);
  });
});
