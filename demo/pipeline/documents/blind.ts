// A statement of a kind that no decoder explains: its officers see bytes, and two of them must answer for it.
import { imageOf, minutesBefore, sentence, type Draft, type Document } from './kinds.ts';

const targets = [
  'json-parser',
  'dsse-envelope',
  'ctaphid-frames',
  'checkpoint-notes',
  'cbor-decoder',
] as const;

export function blind(draft: Draft): Document {
  const { at, random, wording } = draft;
  const image = imageOf(draft);
  const hours = 4 + random.int(68);
  return {
    subject: [{ name: image.name, digest: { sha256: image.digest } }],
    predicateType: `https://acme.test/attestations/fuzz-campaign/v${1 + random.int(3)}`,
    predicate: {
      campaign: `nightly-${random.hex(4)}`,
      targets: random.some(targets, 2 + random.int(3)).map((target) => ({
        target,
        executions: 1_000_000 + random.int(900_000_000),
        corpus: `sha256:${random.hex(32)}`,
        crashes: random.once(6) ? 1 : 0,
      })),
      startedAt: minutesBefore(at, hours * 60),
      endedAt: minutesBefore(at, 5),
      verdict: sentence('Nothing new was found that would stop a release.', wording),
    },
  };
}
