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
    .max(8)
    .refine((roles) => new Set(roles.map(({ role }) => role)).size === roles.length, 'a role twice'),
  presence: z.array(Presence).min(1).max(3),
});
export type QuorumRule = z.infer<typeof QuorumRule>;

/**
 * The rule that is met only when both are: the larger counts, the presence that both accept. Null when there is none:
 * they name different roles (an officer who counts for one would count for the other) or share no presence.
 */
export function stricter(a: QuorumRule, b: QuorumRule): QuorumRule | null {
  const countOf = (rule: QuorumRule, role: string) => rule.roles.find((r) => r.role === role)?.count;
  const roles = a.roles.map(({ role, count }) => ({ role, count: Math.max(count, countOf(b, role) ?? 0) }));
  const same = a.roles.length === b.roles.length && a.roles.every((r) => countOf(b, r.role) !== undefined);
  const presence = a.presence.filter((p) => b.presence.includes(p));
  if (!same || presence.length === 0) return null;
  roles.sort((x, y) => (x.role < y.role ? -1 : 1));
  return { approvals: Math.max(a.approvals, b.approvals), roles, presence };
}
