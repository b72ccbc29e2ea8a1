// What changed between two views: claims added, removed and changed, in a stable order, bounded.
import type { View } from './view.ts';

type Claim = View['claims'][number];

/** `before` is null for what was added, `after` for what was removed. Values as JSON text, cut to `LONGEST_VALUE` characters. */
export interface Change {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** `count` is how many there are in all; `changes` the first of them. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly count: number;
}

export const LONGEST_VALUE = 500;
/** Paths are shown to people: what is longer says no more to them. */
const LONGEST_PATH = 1000;
const LONGEST_NAME = 200;

/**
 * Members by which the elements of a list are told apart, the surest first: so that one component added at the front of a
 * list is one change, not as many as the list is long.
 */
const NAMES = ['bom-ref', 'SPDXID', '@id', 'id', 'purl', 'uri', 'name'];

/** Where a claim's pointer begins: an empty object, an empty array and a fraction have a mark before it (protocol.md 5). */
function markOf(path: string): string {
  return path.startsWith('/') || path === '' ? '' : path.slice(0, Math.max(0, path.indexOf('/')));
}

const isIndex = (token: string): boolean => /^(?:0|[1-9]\d{0,8})$/.test(token);

interface Named {
  readonly element: string;
  readonly list: string;
  readonly name: string;
}

/** For each element of a list the surest name it has; those that are not alone with their name have none. */
function namesOf(claims: readonly Claim[]): Map<string, string> {
  const found = new Map<string, Named & { readonly rank: number }>();
  for (const { path, value } of claims) {
    if (typeof value !== 'string' || value.length > LONGEST_NAME || !path.startsWith('/')) continue;
    const last = path.lastIndexOf('/');
    const rank = NAMES.indexOf(path.slice(last + 1));
    const element = path.slice(0, last);
    const cut = element.lastIndexOf('/');
    if (rank < 0 || cut < 0 || !isIndex(element.slice(cut + 1))) continue;
    if ((found.get(element)?.rank ?? NAMES.length) <= rank) continue;
    const name = `${NAMES[rank] ?? ''}~3${value.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    found.set(element, { element, list: element.slice(0, cut), name, rank });
  }
  const times = new Map<string, number>();
  const whole = ({ list, name }: Named): string => `${list}/${name}`;
  for (const named of found.values()) times.set(whole(named), (times.get(whole(named)) ?? 0) + 1);
  return new Map(
    [...found.values()].filter((named) => times.get(whole(named)) === 1).map((n) => [n.element, n.name]),
  );
}

/**
 * A claim's place by names instead of indices. A name stands as `~2` member `~3` value, which no pointer's token can be
 * (RFC 6901 knows `~0` and `~1` only): two claims of one view never share a place.
 */
function placeOf(path: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return path;
  const mark = markOf(path);
  let place = mark;
  for (let from = mark.length, to = 0; from < path.length; from = to) {
    const next = path.indexOf('/', from + 1);
    to = next < 0 ? path.length : next;
    const name = names.get(path.slice(mark.length, to));
    place += name === undefined ? path.slice(from, to) : `/~2${name}`;
  }
  return place;
}

function placed(view: Pick<View, 'claims'>): Map<string, Claim> {
  const names = namesOf(view.claims);
  return new Map(view.claims.map((claim) => [placeOf(claim.path, names), claim]));
}

const cut = (text: string, longest: number): string =>
  text.length > longest ? text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '') : text;

const shown = ({ value }: Claim): string => cut(JSON.stringify(value), LONGEST_VALUE);

/**
 * The difference from `before` to `after`: first what is in `after`, in its order, changed or added; then what is no longer
 * there, in the order of `before`. At most `most` changes are listed. Elements of a list that only moved are no change.
 */
export function differenceOf(
  before: Pick<View, 'claims'>,
  after: Pick<View, 'claims'>,
  most: number,
): Difference {
  const old = placed(before);
  const now = placed(after);
  const changes: Change[] = [];
  let count = 0;
  const add = (path: string, from: Claim | undefined, to: Claim | undefined): void => {
    count += 1;
    if (changes.length >= most) return;
    changes.push({
      path: cut(path, LONGEST_PATH),
      before: from ? shown(from) : null,
      after: to ? shown(to) : null,
    });
  };
  for (const [place, claim] of now) {
    const earlier = old.get(place);
    if (!earlier || earlier.value !== claim.value) add(claim.path, earlier, claim);
  }
  for (const [place, claim] of old) if (!now.has(place)) add(claim.path, claim, undefined);
  return { changes, count };
}
