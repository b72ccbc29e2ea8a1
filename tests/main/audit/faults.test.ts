// A disk that fails at each write, sync, truncation, rename and opening in turn: no signature is ever without a record.
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JournalEntry } from '../../../contract/stored/console-journal.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { journalOrigin } from '../../../main/app/parts.ts';
import { readJournal } from '../../../main/audit/read.ts';
import { reserveLines } from '../../../main/audit/reserve.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { viewDigestOf } from '../../../second/view.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { seatAt, until, type Seat } from '../../support/seat.ts';
import { makeWorld, samplePayload } from '../../support/world.ts';
import { calm, trouble } from './failing-disk.ts';
import { newDesk, note } from './support.ts';

vi.mock('node:fs/promises', async (original) => {
  const { failing } = await import('./failing-disk.ts');
  return failing(await original());
});

afterEach(calm);

type Verdict = 'approve' | 'deny';

const { readIfThere } = await import('../../../ports/files.ts');

async function begin() {
  const signer = new FakeSigner(makeWorld());
  const seat = await seatAt(signer, signer.world.people.ana, undefined, {
    slowDiskMs: 200,
    second: async (...view) => viewDigestOf(...view),
  });
  const request = signer.hold(samplePayload());
  await until(() => seat.console.queue().length === 1, 'the hold');
  return { signer, seat, request };
}

/** What lies on the disk now, read as after a crash. */
async function onDisk({ dataDir }: Seat, signer: FakeSigner) {
  const dir = join(dataDir, 'journal');
  const { ana } = signer.world.people;
  const of = {
    crypto: nodeCrypto,
    dir,
    origin: journalOrigin(signer.world.pin, ana.machine.id),
    key: ana.machine.sign.key,
  };
  const reserve = (await readIfThere(join(dir, 'journal.reserve'))) ?? new Uint8Array();
  const read = await readJournal(of, reserveLines(reserve));
  return (read?.records ?? []).map((record) => record.entry);
}

async function attempt(seat: Seat, requestId: string, verdict: Verdict): Promise<string> {
  try {
    const review = await seat.console.review(requestId);
    const { delivery } = await seat.console.authorize(review, { verdict, reason: 'x', device: 'ana-key' });
    return delivery.state;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return thrown.code;
  }
}

/** `told`: what the Console itself says that it could not write. */
async function checkRecords(
  seat: Seat,
  signer: FakeSigner,
  requestId: string,
  touched: boolean,
  told: readonly JournalEntry[] = [],
): Promise<void> {
  const entries = [...(await onDisk(seat, signer)), ...told];
  const left = signer.row(requestId).decisions;
  for (const sealed of left) expect(entries).toContainEqual({ event: 'outcome', sealed });
  if (touched) expect(entries.map((entry) => entry.event)).toContain('intent');
}

describe.each(['EIO', 'ENOSPC'] as const)('%s', (code) => {
  test.each(['approve', 'deny'] as const)(
    'once, at each operation of %s in turn',
    async (verdict) => {
      let refused = 0;
      for (let at = 1; ; at++) {
        calm();
        const { signer, seat, request } = await begin();
        const touches = seat.hand.touches;
        Object.assign(trouble, { from: at, until: at, code, count: 0, fired: 0 });
        const result = await attempt(seat, request.id, verdict);
        const { fired, count } = trouble;
        calm();
        await checkRecords(seat, signer, request.id, seat.hand.touches > touches);
        if (verdict === 'deny') expect(signer.row(request.id).state).toBe('denied');
        else if (result === 'journal_unwritable') refused += 1;
        else expect(['evidenced', 'waiting']).toContain(result);
        await seat.console.close();
        if (fired === 0 && count < at) break;
      }
      if (verdict === 'approve') expect(refused).toBeGreaterThan(3);
    },
    120_000,
  );

  test.each(['approve', 'deny'] as const)(
    'from each operation of %s on',
    async (verdict) => {
      for (let at = 1; ; at += 2) {
        calm();
        const { signer, seat, request } = await begin();
        const touches = seat.hand.touches;
        Object.assign(trouble, { from: at, until: Infinity, code, count: 0, fired: 0 });
        await attempt(seat, request.id, verdict);
        const { fired } = trouble;
        calm();
        // The denial reached the Signer whatever the disk did; what this machine could not write it still knows and says.
        if (verdict === 'deny') expect(signer.row(request.id).state).toBe('denied');
        const told = verdict === 'deny' && code === 'EIO' ? seat.console.journal.unrecorded : [];
        await checkRecords(seat, signer, request.id, seat.hand.touches > touches, told);
        await seat.console.close();
        if (fired === 0) break;
      }
    },
    120_000,
  );
});

describe('the reserve', () => {
  test('takes what is urgent while the disk is full, in the same chain, and gives it back', async () => {
    const desk = newDesk();
    const journal = await desk.open();
    await journal.append(note('before'), 'must');
    Object.assign(trouble, { from: 1, until: Infinity, code: 'ENOSPC', count: 0 });
    await expect(journal.append(note('an approval'), 'must')).toRejectCode('journal_unwritable');
    for (let i = 0; i < 5; i++) expect(await journal.append(note(`denial ${i}`), 'urgent')).toBe('reserve');
    await journal.close();
    const reopened = await desk.open().catch((thrown: unknown) => thrown);
    calm();
    expect(reopened).toBeInstanceOf(Error); // a full disk opens nothing; it says so
    const again = await desk.open();
    expect(again.records()).toHaveLength(6);
    expect(await again.append(note('after'), 'must')).toBe('journal');
    expect(desk.lines()).toHaveLength(7);
    await again.close();
    const last = await desk.open();
    expect(
      last
        .records()
        .map((r) => r.entry)
        .at(-1),
    ).toEqual(note('after'));
    await last.close();
  });

  test('full, or failing too: it is kept in memory, told, and written when the disk is back', async () => {
    const desk = newDesk();
    const journal = await desk.open({ reserveBytes: 500 });
    Object.assign(trouble, { from: 1, until: Infinity, code: 'EIO', count: 0 });
    expect(await journal.append(note('denial 1'), 'urgent')).toBe('memory');
    expect(await journal.append(note('denial 2'), 'urgent')).toBe('memory');
    expect(journal.unrecorded).toEqual([note('denial 1'), note('denial 2')]);
    calm();
    expect(await journal.append(note('next'), 'must')).toBe('journal');
    expect(journal.unrecorded).toEqual([]);
    await journal.close();
    const again = await desk.open();
    expect(again.records().map((r) => r.entry)).toEqual([note('denial 1'), note('denial 2'), note('next')]);
    await again.close();
  });

  test('a disk that hangs counts as failing, and is not asked again while it hangs', async () => {
    const desk = newDesk();
    const journal = await desk.open({ slowMs: 50 });
    Object.assign(trouble, { from: 1, until: Infinity, hangs: true, count: 0 });
    await expect(journal.append(note('an approval'), 'must')).toRejectCode('journal_unwritable');
    const asked = trouble.count;
    await expect(journal.append(note('another'), 'must')).toRejectCode('journal_unwritable');
    expect(await journal.append(note('a denial'), 'urgent')).toBe('memory');
    expect(trouble.count).toBe(asked);
  });
});
