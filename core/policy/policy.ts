// The policy that the directory names: timers, witnesses, and the quorum each kind of hold needs.
import { z } from 'zod';
import { Refusal } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import { parseAs } from '../json/schema.ts';
import type { Crypto } from '../key/crypto.ts';
import { KeyName } from '../name/names.ts';
import { QuorumRule } from './quorum-rule.ts';

export const POLICY_TYPE = 'https://stella.ops/signer/policy/v1';

/** The kinds of hold (protocol.md 4). */
export const HoldKind = z.enum(['manual-approval', 'key-approval', 'emergency-bypass', 'ceremony']);
export type HoldKind = z.infer<typeof HoldKind>;

/** `blind` is the dearer quorum for a payload that no decoder explains; null means that it cannot be approved. */
const KindRule = z.strictObject({ quorum: QuorumRule, blind: QuorumRule.nullable() });

/**
 * `requestSeconds`: how long a request waits. `approvalSeconds`: how long an approval lasts after it was recorded.
 * `outboxSeconds`: how long an approval may lie unsent. `witnesses`: cosignatures wanted besides the deciding Console's.
 */
export const Policy = z.strictObject({
  _type: z.literal(POLICY_TYPE),
  requestSeconds: z.int().min(1).max(604800),
  approvalSeconds: z.int().min(1).max(86400),
  outboxSeconds: z.int().min(1).max(3600),
  witnesses: z.int().min(0).max(8),
  defaultKey: KeyName,
  requestsPerMinute: z.int().min(1).max(1_000_000),
  kinds: z.strictObject({
    'manual-approval': KindRule,
    'key-approval': KindRule,
    'emergency-bypass': KindRule,
    ceremony: KindRule,
  }),
});
export type Policy = z.infer<typeof Policy>;

/** Parses a policy and checks that it is the one with this digest. Throws `schema` or `policy_mismatch`. */
export function parsePolicy(crypto: Crypto, value: unknown, digest: string): Policy {
  const policy = parseAs(Policy, value);
  if (digestOf(crypto, policy) !== digest) throw new Refusal('policy_mismatch');
  return policy;
}

/** The quorum rule for a kind, dearer when blind. Throws `request_differs` when policy lets no quorum approve it. */
export function ruleFor(policy: Policy, kind: HoldKind, blind: boolean): QuorumRule {
  const rule = blind ? policy.kinds[kind].blind : policy.kinds[kind].quorum;
  if (!rule) throw new Refusal('request_differs', `policy has no quorum for a blind ${kind}`);
  return rule;
}
