// Who took part, and what each signed: checked with the directory alone.
import type { Directory, Device } from '../directory/directory.ts';
import { deviceOf, officerOf } from '../directory/lookup.ts';
import { verifyProof } from '../decision/proof.ts';
import { Refusal, isFault } from '../fault/fault.ts';
import { digestOf } from '../json/digest.ts';
import type { Crypto } from '../key/crypto.ts';
import { Role } from './script.ts';
import { stepSignable, type CeremonyStep, type SealedStep, type StepSignature } from './step.ts';
import { kindOf, signersFor, type Opening, type Person } from './transcript.ts';
import type { DoStep, IfStep } from './script.ts';

function distinct(people: readonly Person[], of: (person: Person) => string): boolean {
  return new Set(people.map(of)).size === people.length;
}

/**
 * Checks that every role is there once, each a person of their own with a device of their own that this version of the
 * directory knows and whose presence counts for its change, and that operator and custodian may change it. Throws Refusal
 * `ceremony_person`.
 */
export function checkPeople(directory: Directory, people: readonly Person[]): void {
  const fail = (why: string, cause?: unknown) => new Refusal('ceremony_person', why, cause);
  for (const role of Role.options)
    if (people.filter((person) => person.role === role).length !== 1) throw fail(`one ${role} is wanted`);
  if (!distinct(people, ({ officer }) => officer)) throw fail('one person in two roles');
  if (!distinct(people, ({ device }) => device)) throw fail('one device in two hands');
  for (const { role, officer: id, device } of people) {
    try {
      const officer = officerOf(directory, id);
      const { presence } = deviceOf(officer, device);
      if (!directory.change.presence.includes(presence)) throw fail(`${device} proves no person here`);
      const changes = directory.change.roles.some((rule) => officer.roles.includes(rule.role));
      if (role !== 'witness' && !changes) throw fail(`${id} may not change the directory`);
    } catch (thrown) {
      if (isFault(thrown) && thrown.code !== 'ceremony_person') throw fail(thrown.message, thrown);
      throw thrown;
    }
  }
}

/**
 * Checks that the same people with the same devices still stand in a later version: whoever was taken out of the directory
 * since the opening has no part in deciding the next one. Throws Refusal `ceremony_person`.
 */
export function checkStillThere(
  crypto: Crypto,
  opened: Directory,
  later: Directory,
  people: readonly Person[],
): void {
  checkPeople(later, people);
  for (const person of people)
    if (digestOf(crypto, deviceIn(opened, person)) !== digestOf(crypto, deviceIn(later, person)))
      throw new Refusal('ceremony_person', `${person.device} is another device in version ${later.version}`);
}

/** The device of a person, in this version. */
export function deviceIn(directory: Directory, { officer, device }: Person): Device {
  return deviceOf(officerOf(directory, officer), device);
}

/** Checks one person's signature over a step: of the role that the opening gave to them, with its device. Throws as `checkSignatures`. */
export function checkSignature(
  crypto: Crypto,
  directory: Directory,
  opening: Opening,
  step: CeremonyStep,
  { role, officer, device, proof }: StepSignature,
): void {
  const person = opening.people.find((one) => one.role === role);
  if (!person || person.officer !== officer || person.device !== device)
    throw new Refusal('ceremony_person', `${step.step}: ${officer} is not the ${role}`);
  const name = stepSignable[kindOf(opening)];
  try {
    verifyProof(crypto, directory.rpId, deviceIn(directory, person), name, step, proof);
  } catch (thrown) {
    if (isFault(thrown))
      throw new Refusal('ceremony_step', `${step.step}: ${role}: ${thrown.message}`, thrown);
    throw thrown;
  }
}

/** Checks that exactly those signed who had to, each with the device of the opening. Throws Refusal `ceremony_person`, `ceremony_step`. */
export function checkSignatures(
  crypto: Crypto,
  directory: Directory,
  opening: Opening,
  shown: DoStep | IfStep,
  { step, signatures }: SealedStep,
): void {
  const roles = signersFor(shown, step.did);
  const given = signatures.map(({ role }) => role);
  if (roles.join(' ') !== given.join(' '))
    throw new Refusal(
      'ceremony_person',
      `${step.step}: ${roles.join(', ')} must sign, ${given.join(', ')} did`,
    );
  for (const signature of signatures) checkSignature(crypto, directory, opening, step, signature);
}
