// An OpenVEX decision: why advisories that name a package of this product do not touch it, or what is done about them.
import { imageOf, minutesBefore, sentence, type Draft, type Document } from './kinds.ts';

/** OpenVEX 0.2.0 (github.com/openvex/spec). */
const VEX_TYPE = 'https://openvex.dev/ns/v0.2.0';

interface Advisory {
  readonly name: string;
  readonly package: string;
  readonly status: 'not_affected' | 'fixed' | 'under_investigation' | 'affected';
  readonly justification?: string;
  readonly text: string;
}

/** Published advisories about packages of the kind that this product uses, and what its makers say of them. */
const advisories: readonly Advisory[] = [
  {
    name: 'CVE-2024-37890',
    package: 'pkg:npm/ws@8.17.0',
    status: 'fixed',
    text: 'The product ships ws 8.23.0, in which many headers no longer end the server.',
  },
  {
    name: 'CVE-2024-21538',
    package: 'pkg:npm/cross-spawn@7.0.3',
    status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path',
    text: 'It is used by build tools only, with arguments that are written in this repository.',
  },
  {
    name: 'CVE-2022-25883',
    package: 'pkg:npm/semver@7.5.1',
    status: 'not_affected',
    justification: 'vulnerable_code_cannot_be_controlled_by_adversary',
    text: 'Ranges come from our own manifest; nobody outside can hand one in.',
  },
  {
    name: 'CVE-2024-4067',
    package: 'pkg:npm/micromatch@4.0.5',
    status: 'not_affected',
    justification: 'vulnerable_code_not_present',
    text: 'The package left with the build tool that brought it.',
  },
  {
    name: 'CVE-2025-7783',
    package: 'pkg:npm/form-data@4.0.0',
    status: 'not_affected',
    justification: 'component_not_present',
    text: 'No part of the product sends multipart forms.',
  },
  {
    name: 'CVE-2024-43788',
    package: 'pkg:npm/webpack@5.93.0',
    status: 'not_affected',
    justification: 'component_not_present',
    text: 'Pages are bundled by another tool.',
  },
  {
    name: 'CVE-2023-26115',
    package: 'pkg:npm/word-wrap@1.2.3',
    status: 'under_investigation',
    text: 'It came with a linter; whether a release image still carries it is being looked at.',
  },
  {
    name: 'CVE-2024-4068',
    package: 'pkg:npm/braces@3.0.2',
    status: 'affected',
    text: 'A crafted pattern can take the worker down; the update is in the next build.',
  },
];

export function vex(draft: Draft): Document {
  const { at, n, random, wording } = draft;
  const image = imageOf(draft);
  const chosen = random.some(advisories, 1 + random.int(3));
  return {
    subject: [{ name: image.name, digest: { sha256: image.digest } }],
    predicateType: VEX_TYPE,
    predicate: {
      '@context': VEX_TYPE,
      '@id': `https://security.acme.test/vex/2026-${String(n + 1).padStart(4, '0')}`,
      author: 'Product Security <psirt@acme.test>',
      role: 'Vendor',
      timestamp: minutesBefore(at, 3 + random.int(240)),
      version: 1 + random.int(3),
      statements: chosen.map((one, index) => ({
        vulnerability: { name: one.name },
        products: [{ '@id': image.name, subcomponents: [{ '@id': one.package }] }],
        status: one.status,
        ...(one.justification === undefined ? {} : { justification: one.justification }),
        [one.status === 'affected' ? 'action_statement' : 'impact_statement']: sentence(
          one.text,
          index === 0 ? wording : 'plain',
        ),
      })),
    },
  };
}
