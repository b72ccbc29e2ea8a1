// kill -9 at every step between opening a review and clearing the outbox: after a restart nothing is lost, nothing is twice.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../../core/fault/fault.ts';
import { verifyJournal } from '../../../main/audit/search.ts';
import { readJournal } from '../../../main/audit/read.ts';
import { journalOrigin } from '../../../main/app/parts.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { newFolder } from '../../support/seat.ts';
import { count } from '../../support/counts.ts';
import { makeWorld, NOW, samplePayload, type Person } from '../../support/world.ts';
import type { Asked, Orders, Told } from './child.ts';

const entry = fileURLToPath(new URL('./child.ts', import.meta.url));

interface Ran {
  readonly killed: boolean;
  readonly code: number | null;
  readonly done: { touches: number; outbox: number } | undefined;
  readonly err: string;
}

function answer(signer: FakeSigner, who: Person, { call, input }: Asked): unknown {
  const [a, b] = input as [never, never];
  const { world, log } = signer;
  const journalHead = signer.journals.get(who.machine.id) ?? null;
  const calls: Record<string, () => unknown> = {
    welcome: () => ({
      session: world.pin,
      journalHead,
      directory: world.trust.latestDigest,
      checkpoint: signer.checkpoint(),
    }),
    subscribe: () => null,
    challengeFor: () => signer.challenge(who.id, a),
    decide: () => signer.decide(a),
    ask: () => signer.answer(a),
    fetchPayload: () => Buffer.from(signer.row(a).payload).toString('base64'),
    fetchChain: () => world.chain,
    fetchPolicy: () => world.policy,
    fetchCheckpoint: () => signer.checkpoint(),
    fetchInclusion: () => log.leaf(a, b).proof,
    fetchConsistency: () => log.consistency(a, b),
  };
  return calls[call]?.();
}

/** Runs the child to its end or its death. `killAfterMs` kills it from outside, at any point whatever. */
function run(signer: FakeSigner, who: Person, orders: Orders, killAfterMs?: number): Promise<Ran> {
  return new Promise((resolve) => {
    const child = fork(entry, [JSON.stringify(orders)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    let err = '';
    let done: Ran['done'];
    const tell = (told: Told): void => {
      if (child.connected) child.send(told, () => undefined);
    };
    const unlisten = signer.listen((arrival) => tell({ arrival }));
    child.stderr?.on('data', (part: Buffer) => (err += part.toString()));
    child.on('message', (asked: Asked) => {
      if (asked.call === 'done') {
        done = asked.input[0] as Ran['done'];
        return;
      }
      try {
        tell({ id: asked.id, value: answer(signer, who, asked) });
        if (asked.call === 'subscribe') tell({ arrival: signer.resync() });
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        tell({ id: asked.id, fault: { kind: thrown.kind, code: thrown.code } });
      }
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      unlisten();
      resolve({ killed: signal === 'SIGKILL', code, done, err });
    });
  });
}

function stage(verdict: 'approve' | 'deny', point: string) {
  const world = makeWorld();
  const signer = new FakeSigner(world);
  const who = world.people.ana;
  const dataDir = newFolder();
  const keysDir = join(dataDir, 'keys');
  mkdirSync(keysDir, { mode: 0o700 });
  for (const [name, soft] of [
    ['machine', who.machine.sign],
    ['witness', who.machine.witness],
  ] as const)
    writeFileSync(join(keysDir, `${name}.pem`), soft.private.export({ format: 'pem', type: 'pkcs8' }), {
      mode: 0o600,
    });
  const request = signer.hold(samplePayload());
  const { device } = who.key;
  if (device.kind !== 'security-key') throw new Error('unexpected device');
  const orders: Orders = {
    dataDir,
    keysDir,
    pin: world.pin,
    officer: who.id,
    machine: who.machine.id,
    device,
    deviceKey: who.key.soft.private.export({ format: 'pem', type: 'pkcs8' }).toString(),
    requestId: request.id,
    verdict,
    point,
    now: NOW,
  };
  return { world, signer, who, orders, request, dataDir };
}

/** The end state is the same wherever the first run died. */
async function checkEnd(set: ReturnType<typeof stage>): Promise<readonly string[]> {
  const { signer, who, request, dataDir, orders } = set;
  const row = signer.row(request.id);
  expect(row.decisions).toHaveLength(1);
  expect(row.state).toBe(orders.verdict === 'approve' ? 'signed' : 'denied');
  expect(signer.alarms).toEqual([]);
  expect(signer.log.leaves.filter((leaf) => leaf.record.event === 'decided')).toHaveLength(1);
  const of = {
    crypto: nodeCrypto,
    dir: join(dataDir, 'journal'),
    origin: journalOrigin(set.world.pin, who.machine.id),
    key: who.machine.sign.key,
  };
  await verifyJournal(of);
  const read = await readJournal(of, []);
  const events = (read?.records ?? []).map((record) => record.entry);
  const outcomes = events.filter((entry) => entry.event === 'outcome');
  expect(outcomes.map((one) => one.sealed)).toEqual(row.decisions);
  expect(events.filter((entry) => entry.event === 'evidenced')).toHaveLength(1);
  return events.map((entry) => entry.event);
}

/** Where the outcome was durable, no second touch; where the intent was, the same bytes again. */
const durable = [
  'after outcome',
  'before the outbox',
  'after the outbox',
  'before sent',
  'after sent',
  'before the send',
  'after the send',
  'before evidenced',
  'after evidenced',
  'before the outbox is cleared',
];
const undecided = [
  'before shown',
  'after shown',
  'before intent',
  'after intent',
  'before the touch',
  'after the touch',
  'before outcome',
];

describe.each(['approve', 'deny'] as const)('%s, killed', (verdict) => {
  test.each([...undecided, ...durable])('%s', async (point) => {
    const set = stage(verdict, point);
    const first = await run(set.signer, set.who, set.orders);
    expect({ killed: first.killed, err: first.err }).toEqual({ killed: true, err: '' });
    const second = await run(set.signer, set.who, { ...set.orders, point: '' });
    expect(second).toEqual({
      killed: false,
      code: 0,
      err: '',
      done: { touches: durable.includes(point) ? 0 : 1, outbox: 0 },
    });
    const events = await checkEnd(set);
    expect(events.filter((event) => event === 'intent')).toHaveLength(1);
  });
});

test('killed at any moment whatever, again and again, until it gets through', async () => {
  for (let story = 0; story < count(20); story++) {
    const set = stage(story % 2 === 0 ? 'approve' : 'deny', '');
    for (let kill = 0; kill < 4; kill++)
      await run(set.signer, set.who, set.orders, 120 + Math.floor(Math.random() * 400));
    const final = await run(set.signer, set.who, set.orders);
    expect({ code: final.code, err: final.err, outbox: final.done?.outbox }).toEqual({
      code: 0,
      err: '',
      outbox: 0,
    });
    await checkEnd(set);
  }
}, 120_000);
