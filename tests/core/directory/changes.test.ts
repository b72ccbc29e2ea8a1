// What an officer reads before signing a next version: every difference is in it, whatever it is.
import { describe, expect, test } from 'vitest';
import { describeChange, weighty } from '../../../core/directory/changes.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { softKey } from '../../support/keys.ts';
import { softSecurityKey } from '../../support/soft-devices.ts';
import { makeWorld } from '../../support/world.ts';

const { directory, held } = makeWorld();
const full: Directory = {
  ...structuredClone(directory),
  witnesses: [
    { name: 'outside', key: softKey('ed25519').key },
    { name: 'second', key: softKey('ed25519').key },
  ],
  views: ['1', '2'],
  ca: ['A'.repeat(100), 'B'.repeat(100)],
};
const after = (change: (next: Directory) => void): Directory => {
  const next = structuredClone(full);
  change(next);
  return next;
};
const facts = (change: (next: Directory) => void) => describeChange(full, after(change));

type Node = Record<string, unknown> | unknown[];
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Every place of a value: its parent, and its key there. */
function* places(value: Node): Generator<{ parent: Node; key: string }> {
  for (const key of Object.keys(value)) {
    yield { parent: value, key };
    const child = (value as Record<string, unknown>)[key];
    if (isNode(child)) yield* places(child);
  }
}

function other(value: unknown): unknown {
  if (typeof value === 'string') return `${value}x`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  return Array.isArray(value) ? [...(value as unknown[]), 'x'] : { ...value, more: 'x' };
}

describe('nothing is left out', () => {
  test('each value that is changed, and each entry that is taken away, is a fact', () => {
    const count = [...places(structuredClone(full))].length;
    expect(count).toBeGreaterThan(250);
    for (let at = 0; at < count; at++) {
      for (const how of ['changed', 'taken'] as const) {
        const next = structuredClone(full);
        const { parent, key } = [...places(next)][at]!;
        if (how === 'changed') Object.assign(parent, { [key]: other(Reflect.get(parent, key)) });
        else if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else continue; // without a member it is no directory
        const found = describeChange(full, next);
        expect(found.length, `${how} ${key} at ${at}`).toBeGreaterThan(0);
      }
    }
  });

  test('each list in another order, and each entry twice, is a fact', () => {
    for (const list of ['officers', 'machines', 'callers', 'keys', 'witnesses', 'views', 'ca'] as const) {
      expect(
        facts((d) => void (d[list] as unknown[]).reverse()),
        list,
      ).not.toEqual([]);
    }
    expect(facts((d) => void d.officers[0]!.devices.reverse())).toEqual([
      { what: 'order', of: 'devices of ana' },
    ]);
    expect(facts((d) => void d.officers[0]!.roles.push('security-officer'))).not.toEqual([]);
  });

  test('a member that the directory does not have yet is told as other', () => {
    expect(facts((d) => void Object.assign(d, { backdoor: true }))).toEqual([
      { what: 'other', member: 'backdoor', before: undefined, after: true },
    ]);
    expect(facts((d) => void Object.assign(d.officers[0]!, { backdoor: true }))).toMatchObject([
      { what: 'officer-changed', officer: 'ana', member: 'backdoor' },
    ]);
  });

  test('what is the same is nothing', () => expect(describeChange(full, structuredClone(full))).toEqual([]));
});

describe('each difference has its own fact', () => {
  const key = softSecurityKey('new-key').device;
  test.each<[string, (d: Directory) => void, object[]]>([
    [
      'officers',
      (d) => {
        d.officers.splice(3, 1);
        d.officers.push({ id: 'eve', name: 'Eve', roles: [], subjects: [], devices: [] });
      },
      [
        { what: 'officer-removed', officer: { id: 'dan' } },
        { what: 'officer-added', officer: { id: 'eve' } },
      ],
    ],
    [
      'roles',
      (d) => void (d.officers[3]!.roles = ['security-officer']),
      [
        { what: 'role-taken', officer: 'dan', role: 'auditor' },
        { what: 'role-given', officer: 'dan', role: 'security-officer' },
      ],
    ],
    [
      'devices',
      (d) => void d.officers[0]!.devices.splice(0, 1, key),
      [
        { what: 'device-removed', officer: 'ana', device: { id: 'ana-key' } },
        { what: 'device-added', officer: 'ana', device: { id: 'new-key' } },
      ],
    ],
    [
      'a device under its old name',
      (d) => void (d.officers[0]!.devices[0]!.key = key.key),
      [{ what: 'device-changed', officer: 'ana', device: 'ana-key', member: 'key' }],
    ],
    [
      'a device in another hand',
      (d) => void d.officers[1]!.devices.push(...d.officers[0]!.devices.splice(0, 1)),
      [
        { what: 'device-removed', officer: 'ana' },
        { what: 'device-added', officer: 'ben' },
      ],
    ],
    [
      'a key taken back',
      (d) => void (d.keys[0]!.state = 'revoked'),
      [{ what: 'key-state', key: 'file:release', before: 'active', after: 'revoked' }],
    ],
    [
      'a key in the place of another',
      (d) => void (d.keys[1]!.replaces = 'file:release'),
      [{ what: 'replacement-given', key: 'file:release-approved', replaced: 'file:release' }],
    ],
    [
      'a holder',
      (d) => void (d.keys[2]!.holder = 'ben'),
      [{ what: 'key-changed', key: held, member: 'holder' }],
    ],
    [
      'the rule',
      (d) => void (d.change.approvals = 1),
      [{ what: 'rule', before: { approvals: 2 }, after: { approvals: 1 } }],
    ],
    ['the policy', (d) => void (d.policy = 'x'), [{ what: 'policy' }]],
    [
      'who starts a caller',
      (d) => void (d.callers[1]!.startedBy = []),
      [{ what: 'caller-changed', caller: 'acme nightly@acme', member: 'startedBy' }],
    ],
    [
      'a machine',
      (d) => void d.machines.pop(),
      [{ what: 'machine-removed', machine: { id: 'dan-machine' } }],
    ],
    ['a witness', (d) => void d.witnesses.pop(), [{ what: 'witness-removed', witness: { name: 'second' } }]],
    ['the CA', (d) => void d.ca.pop(), [{ what: 'ca' }]],
    ['the views', (d) => void d.views.pop(), [{ what: 'views' }]],
    ['the relying party', (d) => void (d.rpId = 'evil.test'), [{ what: 'other', member: 'rpId' }]],
  ])('%s', (_name, change, wanted) => expect(facts(change)).toMatchObject(wanted));

  test('the heading carries no weight', () => {
    const changes = facts((d) => {
      d.version += 1;
      d.previous = 'x';
      d.issuedAt = 'x';
    });
    expect(changes.map(({ what }) => what)).toEqual(['heading', 'heading', 'heading']);
    expect(weighty(changes)).toEqual([]);
  });
});
