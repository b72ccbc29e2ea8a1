// Payloads that were approved here: kept by digest, for this person alone, bounded, and never believed unhashed.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestBytes } from '../../../core/json/digest.ts';
import type { JournalRecord } from '../../../contract/stored/console-journal.ts';
import { ApprovedPayloads, Baselines, subjectKey } from '../../../main/review/approved.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { newFolder } from '../../support/seat.ts';

const bytes = (seed: number, size = 100): Uint8Array => new Uint8Array(size).fill(seed);
const digestFor = (payload: Uint8Array): string => digestBytes(nodeCrypto, payload);

describe('approved payloads', () => {
  test('come back as they were', async () => {
    const dir = join(newFolder(), 'approved');
    const kept = new ApprovedPayloads(nodeCrypto, dir);
    expect(await kept.get(digestFor(bytes(1)))).toBeUndefined();
    expect(await kept.keep(bytes(1))).toBe(true);
    expect(new Uint8Array((await kept.get(digestFor(bytes(1)))) ?? [])).toEqual(bytes(1));
    const [file = ''] = readdirSync(dir);
    expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  test('one that was changed on disk is none', async () => {
    const dir = newFolder();
    const kept = new ApprovedPayloads(nodeCrypto, dir);
    await kept.keep(bytes(1));
    const [file = ''] = readdirSync(dir);
    writeFileSync(join(dir, file), bytes(2));
    expect(await kept.get(digestFor(bytes(1)))).toBeUndefined();
  });

  test('are bounded in number and in bytes', async () => {
    const few = newFolder();
    const byNumber = new ApprovedPayloads(nodeCrypto, few, 3);
    for (let seed = 0; seed < 10; seed += 1) await byNumber.keep(bytes(seed));
    expect(readdirSync(few)).toHaveLength(3);
    const small = newFolder();
    const byBytes = new ApprovedPayloads(nodeCrypto, small, 100, 1000);
    for (let seed = 0; seed < 10; seed += 1) await byBytes.keep(bytes(seed, 400));
    expect(readdirSync(small)).toHaveLength(2);
    expect(await byBytes.keep(bytes(1, 2000))).toBe(false);
  });

  test('a disk that does not take them stops nothing', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const kept = new ApprovedPayloads(nodeCrypto, join(file, 'below'));
    expect(await kept.keep(bytes(1))).toBe(false);
    expect(await kept.get(digestFor(bytes(1)))).toBeUndefined();
  });
});

describe('what a subject is compared with', () => {
  /** The three records that an approval leaves once its leaf was verified; only what is read of them. */
  const approvalOf = (requestId: string): JournalRecord[] => {
    const challenge = `sha256:${requestId}`;
    const subjects = [{ name: 'app.tgz' }];
    const decision = { verdict: 'approve', challenge, requestId, payloadDigest: `payload of ${requestId}` };
    return [
      { event: 'shown', requestId, headline: { predicateType: 'type', subjects } },
      { event: 'outcome', sealed: { decision } },
      { event: 'evidenced', challenge },
    ].map((entry) => ({ at: '2026-03-14T09:00:00.000Z', entry }) as unknown as JournalRecord);
  };

  test('is what was approved last, never the request itself', () => {
    const baselines = new Baselines();
    const key = subjectKey('type', 'app.tgz');
    const records = approvalOf('first');
    expect(baselines.find(records, key, 'first')).toBeUndefined();
    expect(baselines.find(records, key, 'second')?.requestId).toBe('first');
    records.push(...approvalOf('second'), ...approvalOf('second'));
    expect(baselines.find(records, key, 'second')?.requestId).toBe('first');
    expect(baselines.find(records, key, 'third')?.requestId).toBe('second');
    expect(baselines.find(records, subjectKey('type', 'other'), 'third')).toBeUndefined();
  });
});
