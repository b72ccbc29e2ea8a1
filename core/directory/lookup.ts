// Looking things up in one version of the directory, each miss with its own code.
import { Refusal } from '../fault/fault.ts';
import type { Device, Directory, Machine, Officer, SignerKey } from './directory.ts';

/** The officer with this id. Throws `officer_unknown`. */
export function officerOf(directory: Directory, id: string): Officer {
  const officer = directory.officers.find((o) => o.id === id);
  if (!officer) throw new Refusal('officer_unknown', id);
  return officer;
}

/** The officer's own device with this id; another officer's is as unknown as none. Throws `device_unknown`. */
export function deviceOf(officer: Officer, id: string): Device {
  const device = officer.devices.find((d) => d.id === id);
  if (!device) throw new Refusal('device_unknown', `${id} of ${officer.id}`);
  return device;
}

/** The machine with this id. Throws `machine_unknown`. */
export function machineOf(directory: Directory, id: string): Machine {
  const machine = directory.machines.find((m) => m.id === id);
  if (!machine) throw new Refusal('machine_unknown', id);
  return machine;
}

/** The Signer key with this name. Throws `key_unknown`. */
export function keyNamed(directory: Directory, name: string): SignerKey {
  const key = directory.keys.find((k) => k.name === name);
  if (!key) throw new Refusal('key_unknown', name);
  return key;
}

/** The one key that signs the log or the Signer's own statements now. Throws `key_unknown`. */
export function keyFor(directory: Directory, use: 'log' | 'attestation'): SignerKey {
  const key = directory.keys.find((k) => k.use === use && k.state === 'active');
  if (!key) throw new Refusal('key_unknown', use);
  return key;
}

/** Officers whom the directory names as able to start this caller. */
export function startersOf(directory: Directory, tenant: string, subject: string): readonly string[] {
  return directory.callers.find((c) => c.tenant === tenant && c.subject === subject)?.startedBy ?? [];
}

/** The name under which a machine cosigns checkpoints (C2SP signed-note key name). */
export function witnessName(directory: Directory, machine: string): string {
  return `${directory.origin}/witness/${machine}`;
}
