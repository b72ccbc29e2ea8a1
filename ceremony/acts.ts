// What the machine does in each act: planned on disk first, then at the HSM, the devices or the board, and no more than once.
import { sealStatement, statementBytes, keyStatement, type Saying } from '../core/ceremony/key-statements.ts';
import type { Output, OutputOf } from '../core/ceremony/outputs.ts';
import { rotated } from '../core/ceremony/rotation.ts';
import { lastDigest, type Opening } from '../core/ceremony/transcript.ts';
import type { Role } from '../core/ceremony/script.ts';
import { toHex, fromHex } from '../core/bytes/hex.ts';
import type { Directory } from '../core/directory/directory.ts';
import { keyNamed } from '../core/directory/lookup.ts';
import { Refusal } from '../core/fault/fault.ts';
import type { Trust } from '../core/trust/chain.ts';
import { checkProposal } from '../core/trust/proposal.ts';
import { wordsOf } from '../core/words/words.ts';
import { proposalOf } from './decided.ts';
import type { Ledger } from './ledger.ts';
import type { CeremonyPorts } from './ports.ts';
import type { PlanOf, Plan, StepLine } from './record.ts';

/** `write` checks a line against where the ceremony stands and puts it on disk; `ledger` is as of the last one. */
export interface Bench {
  readonly ports: CeremonyPorts;
  readonly opening: Opening;
  ledger(): Ledger;
  write(line: StepLine): Promise<void>;
  /** The chain in force now; what the ceremony checks against from here on. */
  trust(): Promise<Trust>;
  readonly signal: AbortSignal | undefined;
}

const CKA_ID_BYTES = 16;

/** The plan of this step if it was begun; else the one made now, on disk. `again`: somebody began it before. */
async function planned<A extends Plan['act']>(
  bench: Bench,
  act: A,
  make: () => PlanOf<A>,
): Promise<{ readonly plan: PlanOf<A>; readonly again: boolean }> {
  const before = bench.ledger().current.plan;
  const isOurs = (plan: Plan): plan is PlanOf<A> => plan.act === act;
  if (before && isOurs(before)) return { plan: before, again: true };
  const plan = make();
  await bench.write({ line: 'begun', n: bench.ledger().steps.length, plan });
  return { plan, again: false };
}

async function checkHsm(bench: Bench): Promise<OutputOf<'check-hsm'>> {
  await planned(bench, 'check-hsm', () => ({ act: 'check-hsm' }));
  return bench.ports.hsm.check(bench.opening.token, bench.signal);
}

/** The key under the planned CKA_ID: found, if somebody began this before and the HSM went as far; else made. */
async function generateKey(bench: Bench): Promise<OutputOf<'generate-key'>> {
  const { ports, opening, signal } = bench;
  const { plan, again } = await planned(bench, 'generate-key', () => ({
    act: 'generate-key',
    id: toHex(ports.random(CKA_ID_BYTES)),
    label: `signing key ${opening.ceremony}`,
  }));
  const id = fromHex(plan.id);
  const there = again ? await ports.hsm.find(opening.token, id, signal) : null;
  return there ?? ports.hsm.generate(opening.token, id, plan.label, signal);
}

/** Signing again is harmless: the statement is the same, and the one signature that is recorded counts. */
async function statement(bench: Bench, saying: Saying) {
  const { ports, opening, signal } = bench;
  const fresh = bench.ledger().made['generate-key'];
  if (!fresh) throw new Refusal('ceremony_turn', 'no key was made');
  const says = keyStatement(opening, saying, fresh.name, fresh.key);
  const by =
    saying === 'possession' ? fresh : keyNamed((await bench.trust()).at(opening.directory), opening.key);
  const signature = await ports.hsm.sign(by.name, statementBytes(says), signal);
  return sealStatement(ports.crypto, says, by.key, signature);
}

async function provePossession(bench: Bench): Promise<OutputOf<'prove-possession'>> {
  await planned(bench, 'prove-possession', () => ({ act: 'prove-possession' }));
  return { act: 'prove-possession', envelope: await statement(bench, 'possession') };
}

async function endorseKey(bench: Bench): Promise<OutputOf<'endorse-key'>> {
  await planned(bench, 'endorse-key', () => ({ act: 'endorse-key' }));
  return { act: 'endorse-key', envelope: await statement(bench, 'endorsement') };
}

function draft(bench: Bench, trust: Trust): PlanOf<'decide-directory'> {
  const { ports, opening } = bench;
  const fresh = bench.ledger().made['generate-key'];
  if (!fresh) throw new Refusal('ceremony_turn', 'no key was made');
  const issuedAt = ports.now().toISOString();
  return {
    act: 'decide-directory',
    directory: rotated(ports.crypto, trust.latest, opening, fresh, issuedAt),
  };
}

/** The signature of operator and custodian over the version; whoever signed it before is not asked again. */
async function voice(bench: Bench, role: Role, next: Directory): Promise<void> {
  const { ports, opening, signal } = bench;
  const person = opening.people.find((one) => one.role === role);
  if (!person) throw new Refusal('ceremony_person', `no ${role}`);
  const { officer, device } = person;
  if (bench.ledger().current.voices.some((signed) => signed.officer === officer)) return;
  const proof = await ports.hand(person, 'directory', next, signal);
  const n = bench.ledger().steps.length;
  await bench.write({ line: 'voice', n, signature: { officer, device, proof } });
}

async function decideDirectory(bench: Bench): Promise<OutputOf<'decide-directory'>> {
  const { ports, opening } = bench;
  const trust = await bench.trust();
  const { plan } = await planned(bench, 'decide-directory', () => draft(bench, trust));
  const { directory } = plan;
  if (directory.previous !== trust.latestDigest) {
    const n = bench.ledger().steps.length;
    await bench.write({ line: 'begun', n, plan: draft(bench, trust) });
    throw new Refusal('proposal_stale', `version ${trust.latest.version} is in force; it is decided afresh`);
  }
  await voice(bench, 'operator', directory);
  await voice(bench, 'custodian', directory);
  const proposal = proposalOf({ directory, voices: bench.ledger().current.voices });
  const { digest, missing } = checkProposal(ports.crypto, trust, proposal);
  if (missing > 0) throw new Refusal('quorum_incomplete', `${missing} more would have to sign`);
  const { notAfter } = keyNamed(directory, opening.key);
  if (notAfter === null) throw new Refusal('ceremony_output', `${opening.key} has no window`);
  return { act: 'decide-directory', version: directory.version, digest, notAfter };
}

async function publishDirectory(bench: Bench): Promise<OutputOf<'publish-directory'>> {
  const { decided } = bench.ledger();
  if (decided === null) throw new Refusal('ceremony_turn', 'no version was decided');
  await planned(bench, 'publish-directory', () => ({ act: 'publish-directory' }));
  return bench.ports.board.publish(proposalOf(decided), bench.opening.checkpoint);
}

function readWords(bench: Bench): OutputOf<'read-words'> {
  const { ports, opening } = bench;
  const digest = lastDigest(ports.crypto, opening, bench.ledger().steps);
  return { act: 'read-words', digest, words: wordsOf(digest) };
}

/** Does the act, or what is left of it. Rejects with the fault of whoever said no; what was begun stays begun. */
export async function doAct(bench: Bench, act: Output['act']): Promise<Output> {
  switch (act) {
    case 'check-hsm':
      return checkHsm(bench);
    case 'generate-key':
      return generateKey(bench);
    case 'prove-possession':
      return provePossession(bench);
    case 'endorse-key':
      return endorseKey(bench);
    case 'decide-directory':
      return decideDirectory(bench);
    case 'publish-directory':
      return publishDirectory(bench);
    case 'read-words':
      return readWords(bench);
  }
}
