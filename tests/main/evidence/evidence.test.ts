// What the Signer says came of a request: verified like a stranger would, and compared with what was done here.
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OutboxEntry } from '../../../contract/stored/console-outbox.ts';
import { digestOf } from '../../../core/json/digest.ts';
import type { Arrival, HoldSnapshot } from '../../../core/stage/stages.ts';
import { checkLeaf, checkRecord } from '../../../main/evidence/acknowledge.ts';
import { checkEvidence, signedThoughDenied } from '../../../main/evidence/check.ts';
import { openOutbox } from '../../../main/evidence/outbox.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { playStory, type Story } from '../../support/evidence-world.ts';
import { newFolder } from '../../support/seat.ts';
import { makeWorld, NOW, newRequestId, TENANT } from '../../support/world.ts';

const world = makeWorld();
const known = (story: Story) => ({
  requestDigest: digestOf(nodeCrypto, story.request),
  sealed: story.decisions[0] ?? null,
});

describe('evidence', () => {
  test('of what was approved here, and of what was denied here', () => {
    const signed = playStory(world);
    expect(checkEvidence(nodeCrypto, world.trust, signed.evidence(), known(signed)).outcome).toBe('signed');
    const denied = playStory(world, { approve: [], deny: [world.people.ana] });
    expect(checkEvidence(nodeCrypto, world.trust, denied.evidence(), known(denied)).outcome).toBe('denied');
  });

  test('of another request, without the own decision, or signed against it', () => {
    const story = playStory(world);
    const other = playStory(world);
    const check = (what: Parameters<typeof checkEvidence>[3]) => () =>
      checkEvidence(nodeCrypto, world.trust, story.evidence(), what);
    expect(check(known(other))).toThrowCode('evidence_mismatch');
    expect(check({ ...known(story), sealed: other.decisions[0] ?? null })).toThrowCode('evidence_mismatch');
    const denial = playStory(world, { approve: [], deny: [world.people.ana] }).decisions[0];
    expect(check({ ...known(story), sealed: denial ?? null })).toThrowCode('signed_though_denied');
  });

  test('that does not verify, whatever is known', () => {
    const story = playStory(world);
    const evidence = { ...story.evidence(), bundles: playStory(world).evidence().bundles };
    evidence.payload = Buffer.from('{}').toString('base64');
    expect(() => checkEvidence(nodeCrypto, world.trust, evidence, known(story))).toThrowCode(
      'payload_mismatch',
    );
  });
});

describe('an acknowledgement', () => {
  test('is the leaf of this very decision and no other', () => {
    const story = playStory(world, { approve: [world.people.ana] });
    const sealed = story.decisions[0];
    const index = story.indices[2] ?? 0;
    if (!sealed) throw new Error('no decision');
    const leaf = story.log.leaf(index);
    checkRecord(nodeCrypto, TENANT, sealed, leaf);
    checkLeaf(nodeCrypto, story.log.head(), leaf);
    expect(() => checkRecord(nodeCrypto, 'other', sealed, leaf)).toThrowCode('leaf_missing');
    const other = playStory(world).decisions[0];
    if (!other) throw new Error('no decision');
    expect(() => checkRecord(nodeCrypto, TENANT, other, leaf)).toThrowCode('leaf_missing');
    expect(() => checkRecord(nodeCrypto, TENANT, sealed, { ...leaf, index: 1 })).toThrowCode('order_wrong');
    for (let at = 0; at < story.log.leaves.length; at++)
      if (at !== index)
        expect(() => checkLeaf(nodeCrypto, story.log.head(), { ...leaf, index: at })).toThrowCode(
          'proof_invalid_log',
        );
  });
});

test('a signature over a denied request is found in events and in snapshots', () => {
  const story = playStory(world);
  const hold = (state: HoldSnapshot['state']): HoldSnapshot => {
    const { salt, record, index } = story.log.leaf(story.indices[1] ?? 0);
    return { request: story.request, state, code: null, held: { salt, record, index }, decisions: [] };
  };
  const of = (state: HoldSnapshot['state']): Arrival[] => [
    { stage: 'received', tenant: TENANT, seq: 1, hold: hold(state) },
    { stage: 'resynced', tenant: TENANT, seq: 1, holds: [hold(state)], grants: [] },
  ];
  for (const arrival of of('signed')) {
    expect(signedThoughDenied(arrival, () => true)).toEqual([story.request.id]);
    expect(signedThoughDenied(arrival, () => false)).toEqual([]);
  }
  for (const arrival of of('committed')) expect(signedThoughDenied(arrival, () => true)).toHaveLength(1);
  for (const arrival of of('denied')) expect(signedThoughDenied(arrival, () => true)).toEqual([]);
  expect(
    signedThoughDenied({ stage: 'alarmed', tenant: TENANT, seq: 1, code: 'x', about: 'y' }, () => true),
  ).toEqual([]);
});

describe('the outbox', () => {
  const entry = (at = NOW): OutboxEntry => {
    const sealed = playStory(world).decisions[0];
    if (!sealed) throw new Error('no decision');
    return { v: 1, kind: 'decision', storedAt: at, sealed };
  };
  const held = (requestId = newRequestId()): OutboxEntry => ({
    v: 1,
    kind: 'signature',
    storedAt: NOW,
    requestId,
    keyid: Buffer.alloc(32).toString('base64'),
    sig: Buffer.alloc(70).toString('base64'),
  });

  test('keeps what was put in, oldest first, and forgets what was taken out', async () => {
    const dir = join(newFolder(), 'outbox');
    const outbox = await openOutbox(dir);
    const entries = [entry('2026-11-23T12:00:01.000Z'), entry('2026-11-23T12:00:00.000Z'), held()];
    for (const one of entries) expect(await outbox.put(one)).toBe(true);
    const again = await openOutbox(dir);
    expect(again.list().map((one) => one.storedAt)).toEqual([NOW, NOW, '2026-11-23T12:00:01.000Z']);
    for (const one of again.list()) await again.remove(one);
    expect((await openOutbox(dir)).list()).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('a file that is damaged, or under the name of another, is never sent', async () => {
    const dir = newFolder();
    const outbox = await openOutbox(dir);
    const [one, two] = [entry(), entry()];
    await outbox.put(one);
    await outbox.put(two);
    const [first = '', second = ''] = readdirSync(dir);
    writeFileSync(join(dir, first), '{"v":1}');
    renameSync(join(dir, second), join(dir, `${'00'.repeat(32)}.json`));
    const again = await openOutbox(dir);
    expect(again.list()).toEqual([]);
    expect(again.unreadable).toHaveLength(2);
    await again.reconcile([one, two]);
    expect((await openOutbox(dir)).list()).toHaveLength(2);
  });

  test('says what the journal says', async () => {
    const outbox = await openOutbox(newFolder());
    const [kept, ended, missing] = [entry(), entry(), held()];
    await outbox.put(kept);
    await outbox.put(ended);
    await outbox.reconcile([kept, missing]);
    expect(outbox.list()).toEqual(expect.arrayContaining([kept, missing]));
    expect(outbox.list()).toHaveLength(2);
  });
});
