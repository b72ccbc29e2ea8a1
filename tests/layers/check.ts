// Holds a tree of sources against the room table: each import, package and global name that its row does not allow.
import { posix } from 'node:path';
import { free, platform, rootFiles, type Row, table, unshipped } from './rooms.ts';
import { type Reach, reachOf } from './source.ts';

/** A tree: path from the root, with forward slashes, to the file's text. */
export type Tree = ReadonlyMap<string, string>;

const isCode = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);

/** Value names that pure rooms never use: clock, randomness, I/O, and doors to them. */
const impureNames = 'Buffer process globalThis performance fetch require eval Function Reflect Intl'.split(
  ' ',
);
const impureCalls = 'setTimeout setInterval setImmediate queueMicrotask console Temporal'.split(' ');
/** Of these two a pure room uses only what gives the same answer always: `Date.parse(text)`, `new Date(ms)`, `Math.max`. */
const halfPure = ['Date', 'Math'];
const pureOfDate = ['Date.parse', 'Date.UTC'];

/** The room that a path lies in, as the table names it; undefined when the table does not know it. */
export function roomOf(path: string): string | undefined {
  const [top = '', second = '', third] = path.split('/');
  if (second === '') return undefined;
  if (table[top] ?? free.includes(top)) return top;
  const inner = `${top}/${second}`;
  return third !== undefined && table[inner] ? inner : undefined;
}

const allows = (row: Row, from: string, to: string): boolean =>
  from === to || row.rooms.some((room) => to === room || to.startsWith(`${room}/`));

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function judgeImport(path: string, room: string, row: Row, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    const to = roomOf(target);
    if (to === undefined) return `imports ${specifier}, which is in no room`;
    return allows(row, room, to) ? undefined : `${room} may not import ${to} (${specifier})`;
  }
  if (specifier.startsWith('node:')) return row.node ? undefined : `${room} may not import ${specifier}`;
  return row.packages.includes(packageOf(specifier))
    ? undefined
    : `${room} may not import the package ${specifier}`;
}

function impureMember(member: string): boolean {
  if (member === 'Math.random' || member.endsWith('.constructor')) return true;
  return member.startsWith('Date.') && !pureOfDate.includes(member);
}

function judgePurity(room: string, reach: Reach): string[] {
  return [
    ...[...impureNames, ...impureCalls].filter((name) => reach.names.has(name)),
    ...halfPure.filter((name) => reach.bare.has(name)).map((name) => `${name} by itself`),
    ...[...reach.members].filter(impureMember),
  ].map((name) => `${room} uses ${name}`);
}

function judgeNamed(reach: Reach, named: ReadonlySet<string>): string[] {
  return reach.imports
    .filter((specifier) => !/^(\.|node:)/.test(specifier))
    .filter((specifier) => !named.has(packageOf(specifier)) && !platform.includes(packageOf(specifier)))
    .map((specifier) => `imports ${specifier}, which package.json does not name for it`);
}

function judgeRow(path: string, room: string, row: Row, reach: Reach): string[] {
  const imports = reach.imports.map((specifier) => judgeImport(path, room, row, specifier));
  const impure = row.node || row.browser === true;
  const pure = impure ? [] : judgePurity(room, reach);
  const evasions = reach.evasions.filter((evasion) => !impure || evasion !== 'a declared global');
  return [
    ...imports.filter((said) => said !== undefined),
    ...pure,
    ...evasions.map((evasion) => `has ${evasion}`),
  ];
}

function judgeFile(path: string, code: string, packages: Packages): string[] {
  const room = roomOf(path);
  if (room === undefined) return rootFiles.includes(path) ? [] : ['is in no room of the table'];
  const reach = reachOf(path, code);
  const row = table[room];
  const named = judgeNamed(
    reach,
    free.includes(room) || unshipped.includes(room) ? packages.all : packages.shipped,
  );
  return row ? [...judgeRow(path, room, row, reach), ...named] : named;
}

/** The packages that package.json names: those that ship, and all. */
export interface Packages {
  readonly shipped: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

/** Every violation in `tree`, one line each, empty when it obeys. */
export function violations(tree: Tree, packages: Packages): string[] {
  return [...tree]
    .filter(([path]) => isCode(path) && path !== 'core/globals.d.ts')
    .flatMap(([path, code]) => judgeFile(path, code, packages).map((said) => `${path}: ${said}`));
}
