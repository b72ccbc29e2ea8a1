// Provenance of a release, to be signed with the key that an officer holds (SLSA provenance v1).
import { purl } from '../inventory.ts';
import { minutesBefore, sentence, versionOf, type Draft, type Document } from './kinds.ts';

const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
const MOST_DEPENDENCIES = 12;

const hexOf = (integrity: string): { [algorithm: string]: string } => {
  const [algorithm = '', base64 = ''] = integrity.split('-');
  return { [algorithm]: Buffer.from(base64, 'base64').toString('hex') };
};

export function keyful({ at, build, n, random, wording }: Draft): Document {
  const version = versionOf(random);
  const commit = random.hex(20);
  const tail = wording === 'long' ? '-with-hardware-security-modules-and-every-translation-that-exists' : '';
  const used = build.inventory.filter(({ dev, integrity }) => !dev && integrity !== null);
  return {
    subject: ['linux-x64.deb', 'linux-arm64.deb', 'linux-x64.zip'].map((suffix) => ({
      name: `signer-console-${version}${tail}-${suffix}`,
      digest: { sha256: random.hex(32) },
    })),
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: 'https://ci.acme.test/build-types/npm-package/v2',
        externalParameters: {
          source: `git+https://git.acme.test/security/signer-console@refs/tags/v${version}`,
          workflow: 'release',
          note: sentence(`Release ${version} for all customers on the stable channel.`, wording),
        },
        internalParameters: { runner: `pool-${random.pick(['eu', 'us'])}-${1 + random.int(9)}`, attempt: 1 },
        resolvedDependencies: [
          { uri: 'git+https://git.acme.test/security/signer-console', digest: { gitCommit: commit } },
          ...random
            .some(used, MOST_DEPENDENCIES)
            .map((one) => ({ uri: purl(one), digest: hexOf(one.integrity ?? '') })),
        ],
      },
      runDetails: {
        builder: { id: 'https://ci.acme.test/builders/hardened/v3', version: { ci: '11.4.0' } },
        metadata: {
          invocationId: `https://ci.acme.test/runs/${810_000 + n}`,
          startedOn: minutesBefore(at, 14),
          finishedOn: minutesBefore(at, 2),
        },
      },
    },
  };
}
