// The journal: every attack on every entry is found, torn ends heal, and a shorter one than the Signer remembers locks.
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromBase64 } from '../../../core/bytes/base64.ts';
import { canonical } from '../../../core/json/canonical.ts';
import { verifyInclusion } from '../../../core/log/merkle.ts';
import { lineHash } from '../../../main/audit/head.ts';
import { proveRecord, search, shownOf, verifyJournal } from '../../../main/audit/search.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { count } from '../../support/counts.ts';
import { filled, newDesk, note, type Desk } from './support.ts';

const ENTRIES = 12;

/** It is found both by whoever only verifies, and on open, which then locks and leaves the files as they are. */
async function expectBroken(desk: Desk): Promise<void> {
  await expect(verifyJournal(desk.options)).toRejectCode('journal_broken');
  const before = desk.lines();
  const journal = await desk.open();
  expect(journal.lock?.code).toBe('journal_broken');
  await expect(journal.append(note('x'), 'must')).toRejectCode('journal_broken');
  expect(await journal.append(note('a denial'), 'urgent')).toBe('memory');
  expect(journal.unrecorded).toEqual([note('a denial')]);
  await journal.close();
  expect(desk.lines()).toEqual(before);
}

describe('what was written is what is read', () => {
  test('records survive, heads grow, and a fresh journal is empty', async () => {
    const desk = newDesk();
    const journal = await desk.open();
    const heads = [journal.head()];
    for (let i = 0; i < 5; i++) {
      expect(await journal.append(note(`${i}`), 'must')).toBe('journal');
      heads.push(journal.head());
    }
    await journal.close();
    const again = await desk.open();
    expect(again.lock).toBeNull();
    expect(again.records().map((r) => r.entry)).toEqual([0, 1, 2, 3, 4].map((i) => note(`${i}`)));
    heads.forEach((head, size) => expect(again.headAt(size)).toEqual(head));
    expect((await verifyJournal(desk.options)).head).toEqual(again.head());
    await again.close();
  });

  test('appends that come together keep their order', async () => {
    const desk = newDesk();
    const journal = await desk.open();
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => journal.append(note(`${i}`), i % 3 === 0 ? 'urgent' : 'must')),
    );
    expect(journal.records().map((r) => r.entry)).toEqual(Array.from({ length: 40 }, (_, i) => note(`${i}`)));
    await journal.close();
    await verifyJournal(desk.options);
  });

  test('one record can be proved under the head', async () => {
    const desk = await filled(ENTRIES);
    const journal = await desk.open();
    const head = journal.head();
    for (let seq = 0; seq < ENTRIES; seq++) {
      const { record, proof } = proveRecord(nodeCrypto, journal.records(), seq);
      const leafHash = lineHash(nodeCrypto, canonical(record));
      const claim = { index: seq, size: head.size, leafHash, root: fromBase64(head.root) };
      expect(verifyInclusion(nodeCrypto, { ...claim, proof: proof.map(fromBase64) })).toBe(true);
    }
    await journal.close();
  });

  test('search finds by text, event, request and time', async () => {
    const desk = await filled(3);
    const journal = await desk.open();
    await journal.append(
      {
        event: 'failed',
        requestId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
        challenge: 'A'.repeat(43),
        code: 'pin_invalid',
      },
      'must',
    );
    const found = (query: Parameters<typeof search>[1]) => search(journal.records(), query).map((r) => r.seq);
    expect(found({ text: 'ENTRY 1' })).toEqual([1]);
    expect(found({ event: 'failed' })).toEqual([3]);
    expect(found({ requestId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })).toEqual([3]);
    expect(found({ from: '2027-01-01T00:00:00Z' })).toEqual([]);
    expect(shownOf(journal.records(), 'nothing')).toEqual([]);
    await journal.close();
  });
});

describe('every attack on every entry', () => {
  test.each(Array.from({ length: ENTRIES }, (_, i) => i))(
    'entry %i edited, deleted, swapped, repeated, cut off',
    async (i) => {
      const desk = await filled(ENTRIES);
      const good = desk.lines();
      const line = good[i] ?? '';
      const attacks = [
        good.with(i, line.replace('entry', 'Entry')),
        good.with(i, line.replace(/"at":"[^"]*"/, '"at":"2026-11-23T12:00:01.000Z"')),
        good.with(i, `${line} `),
        good.with(i, ''),
        good.toSpliced(i, 1),
        // Beyond the signed head a copy is torn bytes that nobody was promised: it is cut, and nothing is lost.
        ...(i < ENTRIES - 1 ? [good.toSpliced(i, 1, line, line)] : []),
        good.slice(0, i),
        ...(i > 0 ? [good.with(i, good[i - 1] ?? '').with(i - 1, line)] : []),
      ];
      for (const attack of attacks) {
        desk.write(attack);
        await expectBroken(desk);
      }
      desk.write(good);
      await verifyJournal(desk.options);
    },
  );

  test('cut in the middle of any entry, at any byte', async () => {
    const desk = await filled(4);
    const path = join(desk.dir, 'journal.lines');
    const bytes = readFileSync(path);
    for (let length = bytes.length - 1; length >= 0; length -= 7) {
      writeFileSync(path, bytes.subarray(0, length));
      await expect(verifyJournal(desk.options)).toRejectCode('journal_broken');
    }
    writeFileSync(path, bytes);
    truncateSync(path, bytes.length - 1); // the last newline alone
    await expectBroken(desk);
  });

  test('a whole tail rewritten as a chain of its own', async () => {
    const desk = await filled(ENTRIES);
    const forged = newDesk();
    const journal = await forged.open();
    for (let i = 0; i < ENTRIES + 3; i++)
      await journal.append(note(`entry ${i}${i > 6 ? ' forged' : ''}`), 'must');
    await journal.close();
    desk.write(forged.lines());
    await expectBroken(desk);
    // With the forger's head beside it: signed by another machine.
    writeFileSync(join(desk.dir, 'journal.head'), readFileSync(join(forged.dir, 'journal.head')));
    await expectBroken(desk);
  });

  test.each(['journal.lines', 'journal.head'])('%s gone', async (name) => {
    const desk = await filled(3);
    const kept = join(desk.dir, 'kept');
    renameSync(join(desk.dir, name), kept);
    await expect(verifyJournal(desk.options)).toRejectCode('journal_broken');
    const journal = await desk.open();
    expect(journal.lock?.code).toBe('journal_broken');
    await journal.close();
  });

  test('any bit of the head flipped', async () => {
    const desk = await filled(3);
    const path = join(desk.dir, 'journal.head');
    const good = readFileSync(path);
    for (let bit = 0; bit < good.length * 8; bit += 3) {
      const bad = Buffer.from(good);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, bad);
      await expect(verifyJournal(desk.options)).toRejectCode('journal_broken');
    }
  });

  test('any bit of any entry flipped, at random', async () => {
    const desk = await filled(20);
    const path = join(desk.dir, 'journal.lines');
    const good = readFileSync(path);
    for (let i = 0; i < count(5000); i++) {
      const bad = Buffer.from(good);
      const bit = Math.floor(Math.random() * good.length * 8);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, bad);
      await expect(verifyJournal(desk.options)).toRejectCode('journal_broken');
    }
  });

  test('everything gone: only the Signer remembers', async () => {
    const desk = await filled(3);
    const journal = await desk.open();
    const remembered = journal.headAt(2);
    await journal.close();
    for (const name of ['journal.lines', 'journal.head', 'journal.reserve']) rmSync(join(desk.dir, name));
    const fresh = await desk.open();
    expect(fresh.lock).toBeNull();
    expect(fresh.compare(remembered)?.code).toBe('journal_shorter');
    await expect(fresh.append(note('x'), 'must')).toRejectCode('journal_shorter');
    expect(await fresh.append(note('a denial'), 'urgent')).toBe('journal');
    await fresh.close();
  });
});

describe('compared with what the Signer remembers', () => {
  test('the same past is fine, another one is not', async () => {
    const desk = await filled(5);
    const journal = await desk.open();
    expect(journal.compare(null)).toBeNull();
    for (let size = 0; size <= 5; size++) expect(journal.compare(journal.headAt(size))).toBeNull();
    const other = { ...journal.headAt(3), root: journal.headAt(2).root };
    expect(journal.compare(other)?.code).toBe('journal_broken');
    await journal.close();
  });
});

describe('torn by a crash', () => {
  test('half a line beyond the head is cut, and the next record follows', async () => {
    const desk = await filled(4);
    appendFileSync(join(desk.dir, 'journal.lines'), '{"at":"2026-11-23T12:00:00.000Z","entry":{"ev');
    expect((await verifyJournal(desk.options)).torn).toBeGreaterThan(0);
    const journal = await desk.open();
    expect(journal.lock).toBeNull();
    await journal.append(note('next'), 'must');
    await journal.close();
    expect((await verifyJournal(desk.options)).head.size).toBe(5);
  });

  test('a whole record whose head was not written yet stays', async () => {
    const desk = await filled(4);
    const older = readFileSync(join(desk.dir, 'journal.head'));
    const journal = await desk.open();
    await journal.append(note('last'), 'must');
    await journal.close();
    writeFileSync(join(desk.dir, 'journal.head'), older);
    const again = await desk.open();
    expect(again.lock).toBeNull();
    expect(again.records()).toHaveLength(5);
    await again.close();
  });

  test('zeros that a file system left behind are no record', async () => {
    const desk = await filled(4);
    appendFileSync(join(desk.dir, 'journal.lines'), Buffer.concat([Buffer.alloc(100), Buffer.from('\n')]));
    const journal = await desk.open();
    expect(journal.lock).toBeNull();
    await journal.append(note('next'), 'must');
    await journal.close();
    await verifyJournal(desk.options);
  });
});
