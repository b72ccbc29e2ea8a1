// The form of a quorum rule: how many approvals, from which roles, with which presence.
import { z } from 'zod';
import { Id, Presence } from '../name/names.ts';

/**
 * `approvals` distinct officers, each with a device and a machine of their own, approve; of them at least `count`
 * hold each named role, and every one of them holds at least one. Only the named kinds of presence count.
 */
export const QuorumRule = z.strictObject({
  approvals: z.int().min(1).max(16),
  roles: z
    .array(z.strictObject({ role: Id, count: z.int().min(1).max(16) }))
    .min(1)
    .max(8),
  presence: z.array(Presence).min(1).max(3),
});
export type QuorumRule = z.infer<typeof QuorumRule>;

/** The rule that is met exactly when both are: the larger counts, the presence that both accept (may be empty). */
export function stricter(a: QuorumRule, b: QuorumRule): QuorumRule {
  const counts = new Map(a.roles.map((r) => [r.role, r.count]));
  for (const { role, count } of b.roles) counts.set(role, Math.max(count, counts.get(role) ?? 0));
  return {
    approvals: Math.max(a.approvals, b.approvals),
    roles: [...counts].map(([role, count]) => ({ role, count })).sort((x, y) => (x.role < y.role ? -1 : 1)),
    presence: a.presence.filter((p) => b.presence.includes(p)),
  };
}
