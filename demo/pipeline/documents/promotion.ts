// A promotion: an image that was good enough for one environment is to be let into the next.
import { imageOf, minutesBefore, sentence, versionOf, type Draft, type Document } from './kinds.ts';

const PROMOTION_TYPE = 'https://stella.ops/promotion/v1';

const steps = [
  ['integration', 'staging'],
  ['staging', 'production-eu-central'],
  ['staging', 'production-us-east'],
  ['production-eu-central', 'sovereign-gov-cloud'],
] as const;

const reasons = [
  'Regular release of the week; every acceptance run is green.',
  'Fixes the memory that the feed mirror kept after a broken download.',
  'Security update: the base image of last night, nothing else.',
  'Roll-forward after the failed canary of yesterday; see the change record.',
] as const;

export function promotion(draft: Draft): Document {
  const { at, random, wording } = draft;
  const image = imageOf(draft);
  const [from, to] = random.pick(steps);
  return {
    subject: [{ name: image.name, digest: { sha256: image.digest } }],
    predicateType: PROMOTION_TYPE,
    predicate: {
      from,
      to,
      image: { name: image.name, digest: `sha256:${image.digest}` },
      replaces: { version: versionOf(random), digest: `sha256:${random.hex(32)}` },
      change: `CHG-${20_000 + random.int(9000)}`,
      reason: sentence(random.pick(reasons), wording),
      requestedBy: random.pick(['release-bot@acme.test', 'm.tanaka@acme.test', 'o.nwosu@acme.test']),
      checks: [
        { name: 'acceptance', result: 'passed', runs: 120 + random.int(400) },
        { name: 'licences', result: 'passed', runs: 1 },
        { name: 'vulnerabilities', result: random.once(3) ? 'waived' : 'passed', runs: 1 },
      ],
      window: { from: minutesBefore(at, -30), to: minutesBefore(at, -30 - 60 * (1 + random.int(8))) },
    },
  };
}
