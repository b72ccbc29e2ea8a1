// The CycloneDX SBOM of this repository: of the build that was really made, then of later builds that differ a little.
import type { Json } from '../../../core/json/parse.ts';
import type { Sbom } from '../sbom.ts';
import { SBOM_TYPE } from '../sbom.ts';
import type { Random } from '../random.ts';
import type { Draft, Document } from './kinds.ts';

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** 1.4.2 becomes 1.4.3: what a build that updates a package brings. */
function updated(version: string): string {
  return version.replace(/\d+(?!.*\d)/, (digits) => String(Number(digits) + 1));
}

function withUpdates(sbom: Sbom, random: Random, count: number): Sbom {
  const { components } = sbom;
  if (!Array.isArray(components)) return sbom;
  const chosen = new Set(random.some([...components.keys()], count));
  const after = components.map((one, at) => {
    if (!chosen.has(at) || !isObject(one) || typeof one['version'] !== 'string') return one;
    return { ...one, version: updated(one['version']) };
  });
  return { ...sbom, components: after };
}

/** The very first is of the file that was packed; those after it are of builds with up to three other versions in it. */
export function sbom({ build, n, random, wording }: Draft): Document {
  const { artifact } = build;
  if (n === 0)
    return {
      subject: [{ name: artifact.name, digest: { sha256: artifact.sha256 } }],
      predicateType: SBOM_TYPE,
      predicate: build.sbom,
    };
  const stem = artifact.name.replace(/\.(tgz|json)$/, '');
  const name =
    wording === 'long'
      ? `${stem}+nightly.${n}.linux-x64.with-debug-information-and-reproducible-timestamps-for-comparison-with-the-previous-build.tgz`
      : `${stem}+build.${n}.tgz`;
  return {
    subject: [{ name, digest: { sha256: random.hex(32) } }],
    predicateType: SBOM_TYPE,
    predicate: withUpdates(build.sbom, random, 1 + random.int(3)),
  };
}
