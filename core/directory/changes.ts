// What differs between two versions of the directory, as facts that a person reads before signing. Nothing is left out.
import { equalBytes } from '../bytes/bytes.ts';
import { canonical } from '../json/canonical.ts';
import type { Device, Directory, Machine, Officer, SignerKey } from './directory.ts';

type Caller = Directory['callers'][number];
type Witness = Directory['witnesses'][number];

interface Turned {
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * One difference. `*-changed` names a member that has no fact of its own, with its value before and after. `order` says
 * that the entries of a list are the same in another order. `heading` is what every new version changes (version,
 * previous, issuedAt), `other` what no valid successor changes.
 */
export type Change =
  | { readonly what: 'officer-added' | 'officer-removed'; readonly officer: Officer }
  | ({ readonly what: 'officer-changed'; readonly officer: string; readonly member: string } & Turned)
  | { readonly what: 'role-given' | 'role-taken'; readonly officer: string; readonly role: string }
  | { readonly what: 'device-added' | 'device-removed'; readonly officer: string; readonly device: Device }
  | ({
      readonly what: 'device-changed';
      readonly officer: string;
      readonly device: string;
      readonly member: string;
    } & Turned)
  | { readonly what: 'machine-added' | 'machine-removed'; readonly machine: Machine }
  | ({ readonly what: 'machine-changed'; readonly machine: string; readonly member: string } & Turned)
  | { readonly what: 'key-added' | 'key-removed'; readonly key: SignerKey }
  | {
      readonly what: 'replacement-given' | 'replacement-taken';
      readonly key: string;
      readonly replaced: string;
    }
  | ({ readonly what: 'key-state'; readonly key: string } & Turned)
  | ({ readonly what: 'key-changed'; readonly key: string; readonly member: string } & Turned)
  | { readonly what: 'caller-added' | 'caller-removed'; readonly caller: Caller }
  | ({ readonly what: 'caller-changed'; readonly caller: string; readonly member: string } & Turned)
  | { readonly what: 'witness-added' | 'witness-removed'; readonly witness: Witness }
  | ({ readonly what: 'witness-changed'; readonly witness: string; readonly member: string } & Turned)
  | ({ readonly what: 'policy' | 'rule' | 'views' | 'ca' } & Turned)
  | { readonly what: 'order'; readonly of: string }
  | ({ readonly what: 'heading' | 'other'; readonly member: string } & Turned);

function same(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return equalBytes(canonical(a), canonical(b));
}

/** How a list of named entries changed, in the order: taken away, new, changed, order. */
interface ListOf<T> {
  readonly of: string;
  readonly name: (entry: T) => string;
  readonly added: (entry: T) => Change;
  readonly removed: (entry: T) => Change;
  readonly changed: (before: T, after: T) => Change[];
}

function ofList<T>(list: ListOf<T>, before: readonly T[], after: readonly T[]): Change[] {
  const names = (entries: readonly T[]) => entries.map(list.name);
  const old = new Map(before.map((entry) => [list.name(entry), entry]));
  const fresh = new Map(after.map((entry) => [list.name(entry), entry]));
  const facts: Change[] = [];
  for (const [name, entry] of old) if (!fresh.has(name)) facts.push(list.removed(entry));
  for (const [name, entry] of fresh) if (!old.has(name)) facts.push(list.added(entry));
  for (const [name, entry] of fresh) {
    const was = old.get(name);
    if (was !== undefined) facts.push(...list.changed(was, entry));
  }
  const stayed = names(before).filter((name) => fresh.has(name));
  if (
    !same(
      stayed,
      names(after).filter((name) => old.has(name)),
    )
  )
    facts.push({ what: 'order', of: list.of });
  return facts;
}

/** Every member that differs, those of `told` excepted: somebody else tells of them. */
function membersOf(
  before: object,
  after: object,
  told: readonly string[],
  fact: (member: string, turned: Turned) => Change,
): Change[] {
  const members = new Set([...Object.keys(before), ...Object.keys(after)]);
  const [old, fresh] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...members]
    .filter((member) => !told.includes(member) && !same(old[member], fresh[member]))
    .map((member) => fact(member, { before: old[member], after: fresh[member] }));
}

function ofOfficer(before: Officer, after: Officer): Change[] {
  const officer = after.id;
  const roles: ListOf<string> = {
    of: `roles of ${officer}`,
    name: (role) => role,
    added: (role) => ({ what: 'role-given', officer, role }),
    removed: (role) => ({ what: 'role-taken', officer, role }),
    changed: () => [],
  };
  const devices: ListOf<Device> = {
    of: `devices of ${officer}`,
    name: (device) => device.id,
    added: (device) => ({ what: 'device-added', officer, device }),
    removed: (device) => ({ what: 'device-removed', officer, device }),
    changed: (was, is) =>
      membersOf(was, is, [], (member, turned) => ({
        what: 'device-changed',
        officer,
        device: is.id,
        member,
        ...turned,
      })),
  };
  return [
    ...membersOf(before, after, ['roles', 'devices'], (member, turned) => ({
      what: 'officer-changed',
      officer,
      member,
      ...turned,
    })),
    ...ofList(roles, before.roles, after.roles),
    ...ofList(devices, before.devices, after.devices),
    ...twice(`roles of ${officer}`, before.roles, after.roles),
  ];
}

/** A role that stands twice in a list is no entry of its own, yet a difference. */
function twice(of: string, before: readonly string[], after: readonly string[]): Change[] {
  const counts = (names: readonly string[]) => names.length - new Set(names).size;
  return counts(before) === counts(after) ? [] : [{ what: 'order', of }];
}

const officers: ListOf<Officer> = {
  of: 'officers',
  name: (officer) => officer.id,
  added: (officer) => ({ what: 'officer-added', officer }),
  removed: (officer) => ({ what: 'officer-removed', officer }),
  changed: ofOfficer,
};

const machines: ListOf<Machine> = {
  of: 'machines',
  name: (machine) => machine.id,
  added: (machine) => ({ what: 'machine-added', machine }),
  removed: (machine) => ({ what: 'machine-removed', machine }),
  changed: (before, after) =>
    membersOf(before, after, [], (member, turned) => ({
      what: 'machine-changed',
      machine: after.id,
      member,
      ...turned,
    })),
};

const keys: ListOf<SignerKey> = {
  of: 'keys',
  name: (key) => key.name,
  added: (key) => ({ what: 'key-added', key }),
  removed: (key) => ({ what: 'key-removed', key }),
  changed: (before, after) =>
    membersOf(before, after, ['replaces'], (member, turned) =>
      member === 'state'
        ? { what: 'key-state', key: after.name, ...turned }
        : { what: 'key-changed', key: after.name, member, ...turned },
    ),
};

/** Which key follows which decides what signs from now on: a fact of its own, of a new key as well. */
function ofReplacements(before: readonly SignerKey[], after: readonly SignerKey[]): Change[] {
  const old = new Map(before.map((key) => [key.name, key.replaces]));
  const fresh = new Map(after.map((key) => [key.name, key.replaces]));
  const facts: Change[] = [];
  for (const [key, replaced] of old)
    if (replaced !== undefined && fresh.get(key) !== replaced)
      facts.push({ what: 'replacement-taken', key, replaced });
  for (const [key, replaced] of fresh)
    if (replaced !== undefined && old.get(key) !== replaced)
      facts.push({ what: 'replacement-given', key, replaced });
  return facts;
}

const callerName = ({ tenant, subject }: Caller): string => `${tenant} ${subject}`;

const callers: ListOf<Caller> = {
  of: 'callers',
  name: callerName,
  added: (caller) => ({ what: 'caller-added', caller }),
  removed: (caller) => ({ what: 'caller-removed', caller }),
  changed: (before, after) =>
    membersOf(before, after, [], (member, turned) => ({
      what: 'caller-changed',
      caller: callerName(after),
      member,
      ...turned,
    })),
};

const witnesses: ListOf<Witness> = {
  of: 'witnesses',
  name: (witness) => witness.name,
  added: (witness) => ({ what: 'witness-added', witness }),
  removed: (witness) => ({ what: 'witness-removed', witness }),
  changed: (before, after) =>
    membersOf(before, after, [], (member, turned) => ({
      what: 'witness-changed',
      witness: after.name,
      member,
      ...turned,
    })),
};

const facts = { policy: 'policy', change: 'rule', views: 'views', ca: 'ca' } as const;
const headings = ['version', 'previous', 'issuedAt'];
const lists = ['officers', 'machines', 'callers', 'keys', 'witnesses'];

function ofMember(member: string, turned: Turned): Change {
  if (Object.hasOwn(facts, member)) return { what: facts[member as keyof typeof facts], ...turned };
  return { what: headings.includes(member) ? 'heading' : 'other', member, ...turned };
}

/**
 * Every difference between two versions, both parsed. Members without a fact of their own come as `other`, so that a
 * member that is added to the directory some day cannot go unsaid. Empty exactly when both are the same to the byte.
 */
export function describeChange(before: Directory, after: Directory): Change[] {
  return [
    ...ofList(officers, before.officers, after.officers),
    ...ofList(machines, before.machines, after.machines),
    ...ofList(keys, before.keys, after.keys),
    ...ofReplacements(before.keys, after.keys),
    ...ofList(callers, before.callers, after.callers),
    ...ofList(witnesses, before.witnesses, after.witnesses),
    ...membersOf(before, after, lists, ofMember),
  ];
}

/** The facts that a person decides about: without what every new version changes. */
export function weighty(changes: readonly Change[]): Change[] {
  return changes.filter(({ what }) => what !== 'heading');
}
