// What is found out when a ceremony is opened, before the HSM is touched: that those who will decide are enough for it.
import { describe, expect, test } from 'vitest';
import { makeOpening } from '../../ceremony/opening.ts';
import { Role, type Script } from '../../core/ceremony/script.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { verifyChain } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { SCRIPT, handsOf } from '../support/ceremony-world.ts';
import { MiniLog } from '../support/evidence-world.ts';
import { makeWorld, successor } from '../support/world.ts';
import { machine } from './stage.ts';
import '../support/matchers.ts';

const world = makeWorld();
const { ana, ben } = world.people;

/** A script in which nothing is decided. */
const looked: Script = {
  ...SCRIPT,
  steps: [
    ...SCRIPT.steps.filter(
      (entry) => 'do' in entry && ['presence', 'check-hsm', 'read-words'].includes(entry.act ?? ''),
    ),
    { end: 'seen', outcome: 'done', text: 'It was looked at.' },
  ],
};

async function opening(change: (next: Directory) => void, script: Script = SCRIPT) {
  const trust = verifyChain(nodeCrypto, successor(world.chain, change, [ana, ben]), world.pin);
  const log = new MiniLog(world);
  log.append({ event: 'directory', version: 1, digest: world.pin });
  const hands = handsOf(world);
  return makeOpening(
    {
      ...machine,
      board: {
        trust: () => Promise.resolve(trust),
        checkpoint: () => Promise.resolve(log.checkpoint()),
        publish: () => Promise.reject(new Error('nothing is published')),
      },
    },
    {
      kind: 'real',
      script,
      people: Role.options.map((role) => ({
        role,
        officer: hands[role].officer,
        device: hands[role].device.device.id,
      })),
      key: 'file:release',
      token: '0a1b2c3d4e5f6071',
      overlapDays: 30,
    },
  );
}

describe('a rule for changing the directory', () => {
  const wanting =
    (approvals: number, count = approvals) =>
    (next: Directory) => {
      next.change.approvals = approvals;
      next.change.roles[0]!.count = count;
    };

  test('that operator and custodian meet, opens', async () => {
    expect((await opening(wanting(2))).overlapDays).toBe(30);
    expect((await opening(wanting(1))).key).toBe('file:release');
  });

  test.each([
    ['three approvals', wanting(3, 2)],
    [
      'somebody of another role besides',
      (next: Directory) => void next.change.roles.push({ role: 'auditor', count: 1 }),
    ],
  ])('that wants %s, does not: the key would be made for nothing', async (_what, change) => {
    await expect(opening(change)).toRejectCode('quorum_incomplete');
  });

  test('is not asked where the script decides nothing', async () => {
    expect((await opening(wanting(3, 2), looked)).script).toEqual(looked);
  });
});
