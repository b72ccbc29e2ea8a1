// A desk over a real store in a temporary directory, with software keys and a clock that the test turns.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { expect } from 'vitest';
import type { SignBody } from '../../../contract/wire/sign.ts';
import { toBase64 } from '../../../core/bytes/base64.ts';
import type { Decision, Sealed } from '../../../core/decision/decision.ts';
import type { Head } from '../../../core/log/head.ts';
import { parseCheckpoint, parseNote } from '../../../core/log/checkpoint.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import type { Finding } from '../../../core/request/request.ts';
import type { DirectoryChain } from '../../../core/trust/chain.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { openDesk, type OpenDesk } from '../../../signer/desk/desk.ts';
import type { DeskOptions, Step } from '../../../signer/desk/context.ts';
import type { Caller, KeyProvider, Recorded, Seat } from '../../../signer/desk/ports.ts';
import { Standing, takeStored } from '../../../signer/desk/standing.ts';
import { checkedKeys } from '../../../signer/keys/checked.ts';
import { SignerLog } from '../../../signer/log/log.ts';
import { openStore, type Store } from '../../../signer/store/store.ts';
import type { SoftKey } from '../../support/keys.ts';
import {
  NOW,
  SCANNER,
  TENANT,
  expectedOf,
  makeDecision,
  seal,
  type Person,
  type World,
} from '../../support/world.ts';

export const API = 'http://127.0.0.1:1/api/v1/signer';
export const TRUSTED = `sha256:${'1'.repeat(64)}`;
export const STRANGE = `sha256:${'2'.repeat(64)}`;

export const caller = (overrides: Partial<Caller> = {}): Caller => ({
  tenant: TENANT,
  subject: SCANNER,
  jkt: 'jkt',
  finding: { gate: 'optok', result: 'pass', code: 'accepted', facts: { subject: SCANNER } },
  ...overrides,
});

/** What a scanner asks; from a strange image it is held. */
export function body(
  name = 'app.tgz',
  image = STRANGE,
  options: Partial<SignBody['options']> = {},
): SignBody {
  const sha256 = Buffer.from(nodeCrypto.sha256(Buffer.from(name))).toString('hex');
  return {
    subject: [{ name, digest: { sha256 } }],
    predicateType: 'https://cyclonedx.org/bom',
    predicate: { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] },
    scannerImageDigest: image,
    poe: { format: 'jwt', value: 'secret' },
    options: { signingMode: 'keyful', ...options },
  };
}

/** The facts of the gate `poe` while the licensing service does not answer; a yes counts for a minute. */
export const outage = (now: Date, lastYes = 'none') => ({
  reason: 'timed_out',
  host: '127.0.0.1:1',
  foundAt: now.toISOString(),
  lastYes,
  ttlSeconds: '60',
});

/** Software keys as a provider; `gone` makes it fail like one that went away. */
export class SoftKeys implements KeyProvider {
  gone = false;
  wrong = false;
  signatures = 0;
  readonly #keys: Readonly<Record<string, SoftKey>>;

  constructor(keys: Readonly<Record<string, SoftKey>>) {
    this.#keys = keys;
  }

  holds(name: string): boolean {
    return name.startsWith('file:') && name in this.#keys;
  }

  async sign(name: string, message: Uint8Array): Promise<Uint8Array> {
    const log = name === 'file:log';
    if (this.gone && !log) throw new Error('the provider went away');
    if (!log) this.signatures += 1;
    const signature = this.#keys[name]!.sign(message);
    if (this.wrong && !log) signature[signature.length - 1]! ^= 1;
    return signature;
  }

  async close(): Promise<void> {}
}

export interface HouseOptions {
  readonly dir?: string;
  readonly chain?: DirectoryChain;
  readonly policy?: Policy;
  readonly onStep?: (step: Step) => void;
  readonly keepChain?: (chain: DirectoryChain) => Promise<void>;
  readonly eventsKept?: number;
}

/** One running Signer without its network side. */
export interface House {
  readonly world: World;
  readonly dir: string;
  readonly store: Store;
  readonly desk: OpenDesk;
  readonly log: SignerLog;
  readonly keys: SoftKeys;
  readonly standing: Standing;
  readonly clock: { now: Date };
  readonly gates: {
    poe: Finding['result'];
    plan: string;
    /** The last yes of the licensing service, while it does not answer; none unless given. */
    lastYes?: string;
    /** The pass is a kept answer. */
    cached?: boolean;
    during?: () => Promise<void>;
  };
  /** What was logged as an error. */
  readonly errors: object[];
  close(): Promise<void>;
}

/** Opens a desk over a directory (a new one unless given). The chain is the world's unless a longer one is given. */
export async function openHouse(world: World, options: HouseOptions = {}): Promise<House> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'signer-desk-')));
  const chain = options.chain ?? world.chain;
  const standing = new Standing(nodeCrypto, chain, world.pin);
  const store = await openStore(dir);
  await takeStored(nodeCrypto, store, standing).catch(async (thrown: unknown) => {
    await store.close();
    throw thrown;
  });
  const soft = new SoftKeys(world.keys);
  const keys = checkedKeys(nodeCrypto, standing.latest, [soft]);
  const random = (n: number) => new Uint8Array(randomBytes(n));
  const log = new SignerLog({ store, crypto: nodeCrypto, keys, directory: standing.latest, random });
  const clock = { now: new Date(NOW) };
  const gates: House['gates'] = { poe: 'pass', plan: 'team' };
  const errors: object[] = [];
  const deskOptions: DeskOptions = {
    store,
    log,
    keys,
    crypto: nodeCrypto,
    standing,
    policy: options.policy ?? world.policy,
    gates: {
      poe: async () => ({
        gate: 'poe',
        result: gates.poe,
        code: gates.cached ? 'entitled_cached' : `poe_${gates.poe}`,
        facts: gates.poe === 'unavailable' ? outage(clock.now, gates.lastYes) : { plan: gates.plan },
      }),
      async release(_caller, { scannerImageDigest: image }) {
        await gates.during?.();
        return image === TRUSTED
          ? { gate: 'release', result: 'pass', code: 'allowlisted', facts: { image } }
          : { gate: 'release', result: 'fail', code: 'not_allowlisted', facts: { image } };
      },
    },
    now: () => clock.now,
    random,
    logger: { info: () => undefined, warn: () => undefined, error: (facts) => void errors.push(facts) },
    ...(options.onStep ? { onStep: options.onStep } : {}),
    ...(options.keepChain ? { keepChain: options.keepChain } : {}),
    ...(options.eventsKept === undefined ? {} : { eventsKept: options.eventsKept }),
  };
  const desk = await openDesk(deskOptions).catch(async (thrown: unknown) => {
    await store.close();
    throw thrown;
  });
  const close = async () => {
    await desk.settled();
    await store.close();
  };
  return { world, dir, store, desk, log, standing, keys: soft, clock, gates, errors, close };
}

/** Closes a house and opens another over what it left behind. */
export async function reopen(house: House, options: HouseOptions = {}): Promise<House> {
  await house.close();
  return openHouse(house.world, { ...options, dir: house.dir });
}

export async function tearDown(house: House): Promise<void> {
  await house.close();
  await rm(house.dir, { recursive: true, force: true });
}

let counter = 0;
export const nextKey = (): string => `key-${(counter += 1)}`;

/** Submits a body that must be held, and returns the request's id. */
export async function held(house: House, given = body()): Promise<string> {
  const outcome = await house.desk.submit(caller(), given, nextKey(), API);
  if (outcome.kind !== 'held') throw new Error('it was signed at once');
  return outcome.answer.requestId;
}

export async function headOf(house: House): Promise<Head> {
  const { origin, size, root } = parseCheckpoint(parseNote(await house.desk.log.checkpoint()).body);
  return { origin, size, root: toBase64(root) };
}

export const seatOf = (who: Person): Seat => ({
  session: `sha256:${'5'.repeat(64)}`,
  officer: who.id,
  machine: who.machine.id,
});

/** The open hold as a Console gets it, with its payload. */
export async function holdOf(house: House, id: string) {
  const { holds } = await house.desk.snapshot(TENANT, '', 1000);
  const hold = holds.find((h) => h.request.id === id);
  if (!hold) throw new Error(`no open hold ${id}`);
  return { hold, payload: await house.desk.payload(id, hold.request.payloadDigest) };
}

/** A sealed decision of a person, as an honest Console would make it; `overrides` make it less honest. */
export async function sealedBy(
  house: House,
  who: Person,
  id: string,
  overrides: Partial<Decision> = {},
): Promise<Sealed> {
  const { hold, payload } = await holdOf(house, id);
  const challenge = overrides.challenge ?? (await house.desk.challenge(seatOf(who), id));
  const reason = overrides.verdict === 'deny' ? 'not ours' : '';
  const logHead = overrides.logHead ?? (await headOf(house));
  const expected = expectedOf({ ...house.world, trust: house.world.trust }, hold.request, payload);
  return seal(who, makeDecision(expected, who, { reason, logHead, ...overrides, challenge }));
}

/** One officer decides; resolves when all that follows from it has happened. */
export async function decideAs(
  house: House,
  who: Person,
  id: string,
  overrides: Partial<Decision> = {},
): Promise<Recorded> {
  const recorded = await house.desk.decide(seatOf(who), await sealedBy(house, who, id, overrides));
  await house.desk.settled();
  return recorded;
}

/** Edits the database as a stranger would: with a connection of one's own, while the Signer runs. */
export function edit(house: House, text: string, ...values: SQLInputValue[]): void {
  const database = new DatabaseSync(join(house.dir, 'signer.sqlite'));
  try {
    expect(database.prepare(text).run(...values).changes).toBeGreaterThan(0);
  } finally {
    database.close();
  }
}

export const stateOf = async (house: House, id: string) => (await house.desk.status(TENANT, id, API)).state;

/** The codes of the alarms in the tenant's sequence. */
export async function alarmsOf(house: House): Promise<string[]> {
  const events = (await house.desk.events(TENANT, 0, 1000)) ?? [];
  return events.flatMap((e) => (e.event === 'alarm' ? [e.code] : []));
}

/** All leaves of the log, each checked against the tree. */
export async function leavesOf(house: House) {
  const size = await house.desk.log.size();
  return house.log.leaves(0, size);
}

export { TENANT };
