// What a person signs of a directory is said in sentences: one for every kind of difference, whole, in both languages.
import { createIntl } from 'react-intl';
import { describe, expect, test } from 'vitest';
import { describeChange, type Change } from '../../core/directory/changes.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { factOf } from '../../main/app/snapshots/changes.ts';
import de from '../../renderer/catalogue/de.json' with { type: 'json' };
import en from '../../renderer/catalogue/en.json' with { type: 'json' };
import { softKey } from '../support/keys.ts';
import { makeWorld } from '../support/world.ts';

const witness = { name: 'outside', key: softKey('ed25519').key };
const full: Directory = {
  ...structuredClone(makeWorld().directory),
  witnesses: [witness],
  views: ['1', '2'],
};

/** Each alters one thing; together they bring every kind of difference there is. */
const alterations: readonly ((next: Directory) => void)[] = [
  (next) => next.officers.pop(),
  (next) => (next.officers[0]!.name = 'Another'),
  (next) => next.officers[0]!.roles.push('auditor'),
  (next) => next.officers[0]!.roles.pop(),
  (next) => next.officers[0]!.devices.pop(),
  (next) => (next.officers[0]!.devices[0]!.attestation = 'vendor'),
  (next) => next.machines.pop(),
  (next) => (next.machines[0]!.witness = softKey('ed25519').key),
  (next) => next.keys.pop(),
  (next) => (next.keys[0]!.state = 'retiring'),
  (next) => (next.keys[0]!.notBefore = '2027-01-01T00:00:00.000Z'),
  (next) => Object.assign(next.keys[1]!, { replaces: 'file:release' }),
  (next) => next.callers.pop(),
  (next) => next.callers[0]!.startedBy.push('dan'),
  (next) => next.witnesses.pop(),
  (next) => (next.witnesses[0]!.key = softKey('ed25519').key),
  (next) => (next.policy = `sha256:${'0'.repeat(64)}`),
  (next) => (next.change = { ...next.change, approvals: 3 }),
  (next) => next.views.pop(),
  (next) => next.ca.push('A'.repeat(100)),
  (next) => next.officers.reverse(),
  (next) => (next.version = 9),
  (next) => (next.environment = 'production'),
];
const changes: Change[] = alterations.flatMap((alter) => {
  const next = structuredClone(full);
  alter(next);
  return [...describeChange(full, next), ...describeChange(next, full)];
});
const codes = [...new Set(changes.map(({ what }) => what))];
/** What FactList gives every sentence. */
const names = {
  officer: '',
  device: '',
  role: '',
  machine: '',
  key: '',
  caller: '',
  witness: '',
  member: '',
  of: '',
  replaced: '',
};

test('the alterations bring every kind that has a sentence', () => {
  const told = Object.keys(en).filter((key) => key.startsWith('fact.') && !key.startsWith('fact.part.'));
  expect(codes.map((code) => `fact.${code}`).sort()).toEqual(told.sort());
});

describe.each([
  ['en', en],
  ['de', de],
] as const)('%s', (locale, messages) => {
  const intl = createIntl({
    locale,
    messages,
    onError: (error) => {
      throw error;
    },
  });

  test.each(codes)('%s is a sentence that names what it is about, and keeps the values whole', (code) => {
    for (const change of changes.filter(({ what }) => what === code)) {
      const { facts } = factOf(change);
      const sentence = intl.formatMessage({ id: `fact.${code}` }, { ...names, ...facts });
      for (const name of [
        'officer',
        'device',
        'role',
        'machine',
        'key',
        'caller',
        'witness',
        'member',
        'replaced',
      ])
        if (facts[name] !== undefined && !('entry' in facts)) expect(sentence).toContain(facts[name]);
      if ('before' in change && change.before !== undefined)
        expect(JSON.parse(facts['before'] ?? '')).toEqual(change.before);
      expect(JSON.stringify(facts)).not.toContain('[object');
    }
  });
});
