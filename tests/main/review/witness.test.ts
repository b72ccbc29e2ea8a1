// The witness: extends, cosigns, remembers across restarts, and finds a log that is rolled back, split or rewritten.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WireFault } from '../../../core/fault/fault.ts';
import { openCheckpoint } from '../../../core/trust/checkpoint.ts';
import { checkWitnessed } from '../../../main/review/checks.ts';
import { openWitness, type WitnessOptions } from '../../../main/review/witness.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { MiniLog } from '../../support/evidence-world.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { newFolder, seatAt, until } from '../../support/seat.ts';
import { makeWorld, NOW, samplePayload, type World } from '../../support/world.ts';

const noise = (log: MiniLog, n = 1) => {
  for (let i = 0; i < n; i++)
    log.append({ event: 'session', officer: 'ana', machine: 'ana-machine', session: log.world.pin });
};

function optionsFor(world: World, log: () => MiniLog, path = join(newFolder(), 'seen.json')): WitnessOptions {
  return {
    crypto: nodeCrypto,
    path,
    machine: 'ana-machine',
    sign: async (message) => new Uint8Array(world.people.ana.machine.witness.sign(message)),
    consistency: async (old, size) => log().consistency(old, size),
    now: () => new Date(NOW),
  };
}

function begin() {
  const world = makeWorld();
  const state = { log: new MiniLog(world) };
  noise(state.log, 3);
  return { world, state, options: optionsFor(world, () => state.log) };
}

describe('a witness', () => {
  test('cosigns what extends the last, in a form that every verifier takes', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    for (let i = 0; i < 5; i++) {
      const note = state.log.checkpoint();
      const { cosignature } = await witness.newest(world.directory, async () => note);
      const opened = openCheckpoint(nodeCrypto, world.directory, note + (cosignature?.line ?? ''), 1);
      expect(opened.cosigners).toEqual([
        { name: 'signer.test/log/witness/ana-machine', time: Date.parse(NOW) / 1000 },
      ]);
      noise(state.log, i + 1);
    }
  });

  test('does not cosign twice, nor for a directory that does not name it', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    const cosigned = state.log.checkpoint([world.people.ana]);
    expect((await witness.newest(world.directory, async () => cosigned)).cosignature).toBeNull();
    const gone = {
      ...world.directory,
      machines: world.directory.machines.filter((m) => m.id !== 'ana-machine'),
    };
    expect((await witness.newest(gone, async () => state.log.checkpoint())).cosignature).toBeNull();
  });

  test('has what it answers for on disk before it answers', async () => {
    const { world, state, options } = begin();
    let onDisk = '';
    const watching: WitnessOptions = {
      ...options,
      sign: async (message) => {
        onDisk = readFileSync(options.path, 'utf8');
        return options.sign(message);
      },
    };
    const witness = await openWitness(watching, null);
    await witness.newest(world.directory, async () => state.log.checkpoint());
    expect(JSON.parse(onDisk)).toMatchObject({ head: { size: 3 } });
  });

  test('a rolled back log, also after a restart, also when its file is gone', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    const older = state.log.checkpoint([], 2);
    await witness.newest(world.directory, async () => state.log.checkpoint());
    await expect(witness.newest(world.directory, async () => older)).toRejectCode('checkpoint_rolled_back');
    const again = await openWitness(options, null);
    await expect(again.newest(world.directory, async () => older)).toRejectCode('checkpoint_rolled_back');
    rmSync(options.path);
    const floored = await openWitness(options, state.log.head());
    await expect(floored.newest(world.directory, async () => older)).toRejectCode('checkpoint_rolled_back');
    writeFileSync(options.path, '{"v":1}');
    const damaged = await openWitness(options, state.log.head());
    await expect(damaged.newest(world.directory, async () => older)).toRejectCode('checkpoint_rolled_back');
  });

  test('an older checkpoint that is merely late is fine, one of another history is not', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    const older = state.log.checkpoint([], 2);
    await witness.newest(world.directory, async () => state.log.checkpoint());
    expect((await witness.told(world.directory, older)).head.size).toBe(2);
    expect(witness.head?.size).toBe(3);
    const other = new MiniLog(world);
    noise(other, 2);
    await expect(witness.told(world.directory, other.checkpoint())).toRejectCode('checkpoint_split');
  });

  test('another history: longer, or of the same length, which then locks for good', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    await witness.newest(world.directory, async () => state.log.checkpoint());
    const honest = state.log;
    state.log = new MiniLog(world);
    noise(state.log, 5);
    await expect(witness.newest(world.directory, async () => state.log.checkpoint())).toRejectCode(
      'checkpoint_split',
    );
    const same = state.log.checkpoint([], 3);
    await expect(witness.newest(world.directory, async () => same)).toRejectCode('checkpoint_split');
    state.log = honest;
    const again = await openWitness(options, null);
    await expect(again.newest(world.directory, async () => honest.checkpoint())).toRejectCode(
      'checkpoint_split',
    );
  });

  test('a checkpoint of nobody, of an unknown witness, of another log', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    const stranger = makeWorld();
    await expect(witness.newest(world.directory, async () => 'x')).toRejectCode('checkpoint_invalid');
    await expect(
      witness.newest(world.directory, async () => new MiniLog(stranger).checkpoint()),
    ).toRejectCode('checkpoint_invalid');
    const note = state.log.checkpoint([stranger.people.ana]);
    await expect(witness.newest(world.directory, async () => note)).toRejectCode('witness_unknown');
    expect(witness.head).toBeNull();
  });

  test('takes one at a time, however they come', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(options, null);
    const notes: string[] = [];
    for (let i = 0; i < 12; i++) {
      notes.push(state.log.checkpoint());
      noise(state.log);
    }
    const taken = await Promise.all([...notes].reverse().map((note) => witness.told(world.directory, note)));
    expect(taken).toHaveLength(12);
    expect(witness.head?.size).toBe(14);
  });

  test('without the proof nothing is taken in', async () => {
    const { world, state, options } = begin();
    const witness = await openWitness(
      { ...options, consistency: () => Promise.reject(new WireFault('timed_out')) },
      null,
    );
    await witness.newest(world.directory, async () => state.log.checkpoint());
    noise(state.log);
    await expect(witness.newest(world.directory, async () => state.log.checkpoint())).toRejectCode(
      'timed_out',
    );
    expect(witness.head?.size).toBe(3);
  });
});

describe('cosignatures of others', () => {
  const opened = (world: World, cosigners: Parameters<MiniLog['checkpoint']>[0]) => {
    const log = new MiniLog(world);
    noise(log, 1);
    return openCheckpoint(nodeCrypto, world.directory, log.checkpoint(cosigners));
  };
  const at = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1000);

  test("count when they are fresh and not this machine's own", () => {
    const world = makeWorld();
    const { ana, ben, cai } = world.people;
    const check = (people: Parameters<MiniLog['checkpoint']>[0], least: number, now: Date) => () =>
      checkWitnessed(world.directory, 'ana-machine', opened(world, people), least, now);
    expect(check([ben, cai], 2, at(0))).not.toThrow();
    expect(check([], 0, at(0))).not.toThrow();
    expect(check([ana, ben], 2, at(0))).toThrowCode('witness_missing');
    expect(check([ben], 1, at(600))).not.toThrow();
    expect(check([ben], 1, at(601))).toThrowCode('witness_missing');
    expect(check([ben], 1, at(-300))).not.toThrow();
    expect(check([ben], 1, at(-301))).toThrowCode('witness_missing');
  });
});

describe('in a Console', () => {
  test('policy wants a witness: locked until another machine cosigned', async () => {
    const signer = new FakeSigner(makeWorld({ witnesses: 1 }));
    const seat = await seatAt(signer, signer.world.people.ana);
    const request = signer.hold(samplePayload());
    await until(() => seat.console.queue().length === 1, 'the hold');
    const review = await seat.console.review(request.id);
    expect(review.stage === 'locked' && review.locks.map((l) => l.code)).toEqual(['witness_missing']);
    signer.cosigners = [signer.world.people.ben];
    expect((await seat.console.review(request.id)).stage).toBe('reviewed');
    await seat.console.close();
  });

  test.each([
    ['rolled back', 'checkpoint_rolled_back'],
    ['split', 'checkpoint_split'],
  ] as const)('a log that is %s locks approving; denying stays', async (how, code) => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const request = signer.hold(samplePayload());
    await until(() => seat.console.queue().length === 1, 'the hold');
    expect((await seat.console.review(request.id)).stage).toBe('reviewed');
    const other = new MiniLog(signer.world);
    noise(other, 9);
    seat.link.twist = {
      fetchCheckpoint: async () => (how === 'split' ? other.checkpoint() : signer.log.checkpoint([], 1)),
    };
    const review = await seat.console.review(request.id);
    expect(review.stage === 'locked' && review.locks.map((l) => l.code)).toEqual([code]);
    await expect(
      seat.console.authorize(review, { verdict: 'approve', reason: '', device: 'ana-key' }),
    ).toRejectCode(code);
    seat.link.twist = {};
    await seat.console.authorize(review, { verdict: 'deny', reason: 'the log lies', device: 'ana-key' });
    expect(signer.row(request.id).state).toBe('denied');
    await seat.console.close();
  });

  test('a pushed checkpoint of another history is an alarm', async () => {
    const signer = new FakeSigner(makeWorld());
    const seat = await seatAt(signer, signer.world.people.ana);
    const other = new MiniLog(signer.world);
    noise(other, 4);
    seat.link.push(other.checkpoint());
    await until(() => seat.events.some((e) => e.event === 'alarm'), 'the alarm');
    expect(seat.events.find((e) => e.event === 'alarm')).toMatchObject({ code: 'checkpoint_split' });
    await seat.console.close();
  });
});
