// A scan report of this repository, of real findings in its lock file: licences, install scripts, doubled versions.
import type { Json } from '../../../core/json/parse.ts';
import { purl, type Installed } from '../inventory.ts';
import { imageOf, minutesBefore, sentence, type Draft, type Document } from './kinds.ts';

/** The in-toto predicate type of a vulnerability scan (in-toto attestation, spec/predicates/vulns.md). */
const SCAN_TYPE = 'https://in-toto.io/attestation/vulns/v0.2';

interface Found {
  readonly id: string;
  readonly score: 'low' | 'medium' | 'high';
  readonly of: Installed;
  readonly text: string;
}

/** Licences that ask nothing of whoever ships the code but a notice. */
const permissive = /^(\(?)(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0)\b/;

function licences(all: readonly Installed[]): Found[] {
  return all.flatMap((of): Found[] => {
    if (of.licence === null)
      return [{ id: `LICENCE-NONE:${of.name}`, score: 'high', of, text: 'The package names no licence.' }];
    if (permissive.test(of.licence)) return [];
    const text = `The licence ${of.licence} asks more than a notice.`;
    return [{ id: `LICENCE-${of.licence}:${of.name}`, score: of.dev ? 'low' : 'medium', of, text }];
  });
}

function scripts(all: readonly Installed[]): Found[] {
  const text = 'The package runs a script of its own when it is installed.';
  return all.flatMap((of): Found[] =>
    of.script ? [{ id: `INSTALL-SCRIPT:${of.name}`, score: 'medium', of, text }] : [],
  );
}

function doubled(all: readonly Installed[]): Found[] {
  const names = new Map<string, Installed[]>();
  for (const one of all.filter(({ dev }) => !dev)) names.set(one.name, [...(names.get(one.name) ?? []), one]);
  return [...names].flatMap(([name, [of, ...more]]): Found[] => {
    if (!of || more.length === 0) return [];
    const text = `It is there in ${more.length + 1} versions: ${[of, ...more].map(({ version }) => version).join(', ')}.`;
    return [{ id: `DOUBLED:${name}`, score: 'low', of, text }];
  });
}

function resultOf({ id, score, of, text }: Found, wording: Draft['wording']): Json {
  return {
    id,
    severity: [{ method: 'acme-policy', score }],
    annotations: [{ package: purl(of), licence: of.licence ?? 'none', text: sentence(text, wording) }],
  };
}

/** What a scan of the dependencies finds, worst first. */
export function findings(all: readonly Installed[]): Found[] {
  const order = ['high', 'medium', 'low'];
  return [...licences(all), ...scripts(all), ...doubled(all)].sort(
    (a, b) => order.indexOf(a.score) - order.indexOf(b.score),
  );
}

export function scan(draft: Draft): Document {
  const { build, at, random, wording } = draft;
  const found = findings(build.inventory);
  const image = imageOf(draft);
  const minutes = 2 + random.int(9);
  return {
    subject: [
      { name: image.name, digest: { sha256: image.digest } },
      { name: build.artifact.name, digest: { sha256: build.artifact.sha256 } },
    ],
    predicateType: SCAN_TYPE,
    predicate: {
      scanner: {
        uri: 'pkg:generic/acme/dependency-scan',
        version: `4.${random.int(9)}.${random.int(20)}`,
        db: { uri: 'pkg:generic/acme/licence-policy', version: '2026.2', lastUpdate: minutesBefore(at, 600) },
        result: found.map((one, index) => resultOf(one, index === 0 ? wording : 'plain')),
      },
      metadata: {
        scanStartedOn: minutesBefore(at, minutes),
        scanFinishedOn: minutesBefore(at, minutes - 1),
        packagesLookedAt: build.inventory.length,
      },
    },
  };
}
