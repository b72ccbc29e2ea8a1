// What a document says first, by its type: a dozen facts at most, found and counted in the view that this Console made.
import type { Claim } from '../../../contract/ipc/review.ts';
import { knownPredicates } from '../../../core/review/known.ts';
import type { View } from '../../../core/review/view.ts';

export const MOST_FACTS = 12;
const LONGEST = 300;
/** Predicate types of a grant that are named; all of them are counted. */
const MOST_TYPES = 4;

type Value = View['claims'][number]['value'];

/** A claim for a page: a long text is cut to its beginning, never within a character, and `size` tells its whole length. */
export function claimOf(path: string, value: Value): Claim {
  if (typeof value !== 'string') return { path, value, size: String(value).length };
  return { path, value: beginning(value), size: value.length };
}

/** The first characters of a text, never half of one. */
export function beginning(text: string, longest = LONGEST): string {
  return text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
}

/** The stable name of a document's type: what it is, and in whose form; `blind` when no decoder explains it. */
export function documentOf(predicateType: string): string {
  const known = knownPredicates.get(predicateType);
  if (known === undefined) return 'blind';
  if (known === 'sbom') return predicateType.includes('cyclonedx') ? 'sbom-cyclonedx' : 'sbom-spdx';
  return known === 'vex' ? 'vex-openvex' : known;
}

/** Looks into a view's claims without caring for the marks that empty values and numbers bear in front of their paths. */
class Facts {
  readonly found: Claim[] = [];
  readonly #claims: View['claims'];

  constructor(view: View) {
    this.#claims = view.claims;
  }

  /** Takes over the claim at this path, if there is one. */
  take(path: string): void {
    const claim = this.#claims.find((one) => one.path === path || one.path === `#${path}`);
    if (claim) this.found.push(claimOf(path, claim.value));
  }

  say(name: string, value: Value): void {
    this.found.push(claimOf(name, value));
  }

  /** How many members the array or object at this path has. */
  count(path: string): number {
    return new Set([...this.#under(path)].map(({ rest }) => rest.split('/')[0])).size;
  }

  /** The values at `path`/any/`member`, grouped by the member of the array that they belong to. */
  *each(path: string, member: RegExp): Iterable<{ readonly item: string; readonly value: Value }> {
    for (const { rest, value } of this.#under(path)) {
      const at = rest.indexOf('/');
      if (at > 0 && member.test(rest.slice(at + 1))) yield { item: rest.slice(0, at), value };
    }
  }

  /** What stands below a path, in the document's order. */
  *#under(path: string): Iterable<{ readonly rest: string; readonly value: Value }> {
    const prefix = `${path}/`;
    for (const claim of this.#claims) {
      const plain = claim.path.replace(/^(\{\}|\[\]|#)/, '');
      if (plain.startsWith(prefix)) yield { rest: plain.slice(prefix.length), value: claim.value };
    }
  }

  /** The plain values right under the predicate, for a document whose form has no facts of its own here. */
  takeFirst(): void {
    for (const { path, value } of this.#claims) {
      if (this.found.length >= MOST_FACTS) return;
      if (/^#?\/predicate\/[^/]+$/.test(path)) this.found.push(claimOf(path.replace(/^#/, ''), value));
    }
  }
}

const ranks = ['unknown', 'none', 'low', 'medium', 'high', 'critical'] as const;
type Rank = (typeof ranks)[number];

/** A severity's rank: a word, or a CVSS base score (CVSS 3.1, 5: qualitative scale). */
function rankOf(value: Value): Rank {
  const text = String(value).trim().toLowerCase();
  if (text === 'moderate') return 'medium';
  const word = ranks.find((rank) => rank === text);
  if (word) return word;
  const score = /^\d{1,2}(\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(score >= 0 && score <= 10)) return 'unknown';
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
}

/** How many items have which worst severity; those without any are `unknown`. */
function severities(facts: Facts, path: string, member: RegExp, items: number): void {
  const worst = new Map<string, Rank>();
  for (const { item, value } of facts.each(path, member)) {
    const rank = rankOf(value);
    if (ranks.indexOf(rank) >= ranks.indexOf(worst.get(item) ?? 'unknown')) worst.set(item, rank);
  }
  const counts = new Map<Rank, number>();
  for (const rank of worst.values()) counts.set(rank, (counts.get(rank) ?? 0) + 1);
  counts.set('unknown', (counts.get('unknown') ?? 0) + Math.max(0, items - worst.size));
  for (const rank of [...ranks].reverse()) {
    const count = counts.get(rank) ?? 0;
    if (count > 0 || rank === 'critical' || rank === 'high') facts.say(`severity.${rank}`, count);
  }
}

const statuses = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;

const byDocument: Readonly<Record<string, (facts: Facts) => void>> = {
  'sbom-cyclonedx': (facts) => {
    facts.say('components', facts.count('/predicate/components'));
    facts.take('/predicate/metadata/component/name');
    facts.take('/predicate/metadata/component/version');
    const vulnerabilities = facts.count('/predicate/vulnerabilities');
    if (vulnerabilities > 0) {
      facts.say('vulnerabilities', vulnerabilities);
      severities(facts, '/predicate/vulnerabilities', /^ratings\/\d+\/severity$/, vulnerabilities);
    }
    facts.take('/predicate/specVersion');
    facts.take('/predicate/metadata/timestamp');
  },
  'sbom-spdx': (facts) => {
    facts.say('components', facts.count('/predicate/packages'));
    facts.take('/predicate/name');
    facts.take('/predicate/spdxVersion');
    facts.take('/predicate/creationInfo/created');
  },
  'vex-openvex': (facts) => {
    const items = facts.count('/predicate/statements');
    facts.say('statements', items);
    const given = [...facts.each('/predicate/statements', /^status$/)].map(({ value }) => String(value));
    for (const status of statuses)
      facts.say(`status.${status}`, given.filter((one) => one === status).length);
    const known = given.filter((one) => (statuses as readonly string[]).includes(one)).length;
    if (items > known) facts.say('status.other', items - known);
    facts.take('/predicate/author');
    facts.take('/predicate/timestamp');
  },
  'scan-report': (facts) => {
    const items = facts.count('/predicate/scanner/result');
    facts.say('vulnerabilities', items);
    severities(facts, '/predicate/scanner/result', /^severity\/\d+\/score$/, items);
    facts.take('/predicate/scanner/uri');
    facts.take('/predicate/scanner/version');
    facts.take('/predicate/metadata/scanFinishedOn');
  },
  provenance: (facts) => {
    facts.take('/predicate/runDetails/builder/id');
    facts.take('/predicate/buildDefinition/buildType');
    facts.say('dependencies', facts.count('/predicate/buildDefinition/resolvedDependencies'));
    facts.take('/predicate/runDetails/metadata/invocationId');
    facts.take('/predicate/runDetails/metadata/finishedOn');
  },
  // Of a grant its limits and the outage are what is decided; who raised it stands as the requester.
  grant: (facts) => {
    facts.say('types', facts.count('/predicate/predicateTypes'));
    facts.take('/predicate/count');
    facts.take('/predicate/minutes');
    for (let n = 0; n < MOST_TYPES; n += 1) facts.take(`/predicate/predicateTypes/${n}`);
    facts.take('/predicate/cause');
    for (const member of ['host', 'reason', 'foundAt', 'lastYes']) facts.take(`/predicate/outage/${member}`);
  },
  promotion: (facts) => {
    facts.take('/predicate/from');
    facts.take('/predicate/to');
    facts.takeFirst();
  },
};

/** The facts of a view's document, the weightiest first. None of a blind payload: nothing of it is explained. */
export function headlineClaims(document: string, view: View): Claim[] {
  const facts = new Facts(view);
  const known = Object.hasOwn(byDocument, document) ? byDocument[document] : undefined;
  if (known) known(facts);
  else if (document !== 'blind') facts.takeFirst();
  const seen = new Set<string>();
  const once = facts.found.filter(({ path }) => !seen.has(path) && seen.add(path));
  return once.slice(0, MOST_FACTS);
}
