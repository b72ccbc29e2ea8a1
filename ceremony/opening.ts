// How a ceremony is opened: the version in force and the log before, who takes part, and an id of its own.
import { Role, type Script } from '../core/ceremony/script.ts';
import { openingTypes, type Opening, type Person } from '../core/ceremony/transcript.ts';
import type { Kind } from '../core/ceremony/step.ts';
import { checkOpening } from '../core/ceremony/verify.ts';
import { deviceIn } from '../core/ceremony/verify-people.ts';
import { checkQuorum } from '../core/decision/quorum.ts';
import { officerOf } from '../core/directory/lookup.ts';
import type { Trust } from '../core/trust/chain.ts';
import type { CeremonyPorts } from './ports.ts';

/** What people choose. `key` is the one that is replaced, `token` the serial of the HSM that gets the new one. */
export interface Wish {
  readonly kind: Kind;
  readonly script: Script;
  readonly people: readonly Person[];
  readonly key: string;
  readonly token: string;
  readonly overlapDays: number;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID (github.com/ulid/spec): 48 bits of time in milliseconds, 80 bits of randomness. */
export function newUlid(time: number, random: Uint8Array): string {
  let value = BigInt(time);
  for (const byte of random.subarray(0, 10)) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let at = 0; at < 26; at++, value >>= 5n) text = (CROCKFORD[Number(value & 31n)] ?? '') + text;
  return text;
}

/** Found out before the HSM is touched: who decides is enough for it. Throws Refusal `quorum_incomplete`. */
function checkEnough({ latest }: Trust, script: Script, people: readonly Person[]): void {
  if (!script.steps.some((entry) => 'do' in entry && entry.act === 'decide-directory')) return;
  const voices = people
    .filter(({ role }) => role !== 'witness')
    .map((person) => ({
      officer: officerOf(latest, person.officer),
      device: deviceIn(latest, person),
      machine: null,
    }));
  checkQuorum(latest.change, voices);
}

/**
 * Asks the board for what is in force, and opens on it. Rejects with a Refusal for what would not hold (see `checkOpening`), and
 * with `quorum_incomplete` where operator and custodian together cannot decide what the script wants decided.
 */
export async function makeOpening(
  { crypto, now, random, board }: Pick<CeremonyPorts, 'crypto' | 'now' | 'random' | 'board'>,
  { kind, script, people, key, token, overlapDays }: Wish,
): Promise<Opening> {
  const trust = await board.trust();
  const at = now();
  const opening: Opening = {
    _type: openingTypes[kind],
    signer: trust.signer,
    ceremony: newUlid(at.getTime(), random(10)),
    directory: trust.latestDigest,
    checkpoint: await board.checkpoint(),
    script,
    people: Role.options.flatMap((role) => people.filter((person) => person.role === role)),
    key,
    token,
    overlapDays,
    openedAt: at.toISOString(),
  };
  checkOpening(crypto, trust, opening);
  checkEnough(trust, script, opening.people);
  return opening;
}
