// Counting: who of several officers counts towards a rule, and whether the rule is met.
import { Refusal } from '../fault/fault.ts';
import type { Device, Officer } from '../directory/directory.ts';
import type { QuorumRule } from '../policy/quorum-rule.ts';

/** One voice: an officer with the device that signed, and the machine that countersigned (null where none does). */
export interface Voice {
  readonly officer: Officer;
  readonly device: Device;
  readonly machine: string | null;
}

/** Whether this officer and device may count towards the rule at all. Throws `officer_role` or `device_presence`. */
export function checkEligible(rule: QuorumRule, voice: Pick<Voice, 'officer' | 'device'>): void {
  if (!rule.roles.some((r) => voice.officer.roles.includes(r.role)))
    throw new Refusal('officer_role', voice.officer.id);
  if (!rule.presence.includes(voice.device.presence)) throw new Refusal('device_presence', voice.device.id);
}

/** Throws when two voices share an officer (`officer_decided`), a device (`device_proof`) or a machine (`machine_shared`). */
export function checkDistinct(voices: readonly Voice[]): void {
  const officers = new Set<string>();
  const devices = new Set<string>();
  const machines = new Set<string>();
  for (const { officer, device, machine } of voices) {
    if (officers.has(officer.id)) throw new Refusal('officer_decided', officer.id);
    if (devices.has(device.id)) throw new Refusal('device_proof', `${device.id} twice`);
    if (machine !== null && machines.has(machine)) throw new Refusal('machine_shared', machine);
    officers.add(officer.id);
    devices.add(device.id);
    if (machine !== null) machines.add(machine);
  }
}

/** How many approvals are still missing, the largest of the total and each role's lack. 0 when the rule is met. */
export function missing(rule: QuorumRule, voices: readonly Voice[]): number {
  const lacking = rule.roles.map(
    ({ role, count }) => count - voices.filter((v) => v.officer.roles.includes(role)).length,
  );
  return Math.max(0, rule.approvals - voices.length, ...lacking);
}

/** Checks every voice, their distinctness and the count. Throws `quorum_incomplete` when too few. */
export function checkQuorum(rule: QuorumRule, voices: readonly Voice[]): void {
  for (const voice of voices) checkEligible(rule, voice);
  checkDistinct(voices);
  const lack = missing(rule, voices);
  if (lack > 0) throw new Refusal('quorum_incomplete', `${lack} missing`);
}
