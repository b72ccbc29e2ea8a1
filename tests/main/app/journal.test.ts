// The journal in the window: search, show, export, and verifying it from disk after somebody was there.
import { journalDetail, journalPage } from '../../../main/app/snapshots/journal.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseStrict } from '../../../core/json/parse.ts';
import { parseEvidence } from '../../../core/evidence-file/evidence.ts';
import { openHead } from '../../../main/audit/head.ts';
import { journalOrigin } from '../../../main/app/parts.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { appSeat } from '../../support/app-seat.ts';
import { playStory } from '../../support/evidence-world.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { newFolder, until } from '../../support/seat.ts';
import { makeWorld, samplePayload } from '../../support/world.ts';

async function decided() {
  const signer = new FakeSigner(makeWorld());
  const { ana } = signer.world.people;
  const set = await appSeat(signer, ana);
  const { id } = signer.hold(samplePayload());
  await until(() => set.seat.console.queue().length === 1);
  const review = await set.seat.console.review(id);
  await set.seat.console.authorize(review, { verdict: 'approve', reason: 'looks right', device: 'ana-key' });
  const file = (name: string) => join(set.seat.dataDir, 'journal', name);
  return { signer, ana, id, file, ...set };
}

const search = { query: '', before: null, limit: 200 };

describe('search and show', () => {
  test('newest first, a page at a time', async () => {
    const { page, close } = await decided();
    const all = await page.call('journal/search', search);
    expect(all.rows.map(({ event }) => event)).toEqual(
      ['started', 'signed-in', 'shown', 'intent', 'outcome', 'sent', 'evidenced'].reverse(),
    );
    const first = await page.call('journal/search', { ...search, limit: 3 });
    const second = await page.call('journal/search', {
      ...search,
      limit: 3,
      before: first.rows.at(-1)?.seq ?? 0,
    });
    expect([...first.rows, ...second.rows]).toEqual(all.rows.slice(0, 6));
    expect(second.total).toBe(all.total);
    await close();
  });

  test('people by name; the record itself, shown whole, keeps the id', async () => {
    const { seat, close } = await decided();
    const records = seat.console.journal.records();
    const nameOf = (officer: string) => (officer === 'ana' ? 'Ana Weiss' : officer);
    const row = journalPage(records, '', null, 200, nameOf).rows.find(({ event }) => event === 'signed-in');
    expect(row?.about).toBe('Ana Weiss · ana-key');
    const detail = journalDetail(records, row?.seq ?? -1, nameOf);
    expect(detail?.row.about).toBe('Ana Weiss · ana-key');
    expect(JSON.parse(detail?.json ?? '')).toMatchObject({ entry: { officer: 'ana' } });
    await close();
  });

  test('by text, and by request also what names its challenge only', async () => {
    const { page, id, close } = await decided();
    const found = async (query: string) =>
      (await page.call('journal/search', { ...search, query })).rows.map(({ event }) => event);
    expect(await found('LOOKS RIGHT')).toEqual(['outcome', 'intent']);
    expect(await found(id.toLowerCase())).toEqual(['evidenced', 'sent', 'outcome', 'intent', 'shown']);
    expect(await found('nothing of this kind')).toEqual([]);
    await close();
  });

  test('a record whole, with what belongs to it', async () => {
    const { page, id, close } = await decided();
    const { rows } = await page.call('journal/search', search);
    const intent = rows.find(({ event }) => event === 'intent');
    const shown = await page.call('journal/show', { seq: intent?.seq ?? -1 });
    expect(shown.row).toMatchObject({
      requestId: id,
      verdict: 'approve',
      about: 'app.tgz · ana-key · looks right',
    });
    expect(JSON.parse(shown.json)).toMatchObject({ seq: intent?.seq, prev: shown.prev });
    expect(shown.related.map(({ event }) => event)).toEqual(['shown', 'outcome', 'sent', 'evidenced']);
    await expect(page.call('journal/show', { seq: 9999 })).toRejectCode('not_found');
    await close();
  });
});

describe('verify', () => {
  test('holds, from disk', async () => {
    const { page, seat, close } = await decided();
    const { size, root } = seat.console.journal.head();
    expect(await page.call('journal/verify', {})).toEqual({ size, root, unrecorded: 0, fault: null });
    await close();
  });

  test('one byte anywhere in the lines, and it does not', async () => {
    const { page, file, close } = await decided();
    const whole = readFileSync(file('journal.lines'));
    for (let at = 3; at < whole.length; at += Math.ceil(whole.length / 40)) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(file('journal.lines'), bytes);
      expect((await page.call('journal/verify', {})).fault?.code, `byte ${at}`).toMatch(
        /^journal_(broken|shorter)$/,
      );
    }
    writeFileSync(file('journal.lines'), whole);
    expect((await page.call('journal/verify', {})).fault).toBeNull();
    await close();
  });

  test('a head of another time, with the lines of that time', async () => {
    const { page, file, signer, seat, close } = await decided();
    const [lines, head] = [readFileSync(file('journal.lines')), readFileSync(file('journal.head'))];
    const { id } = signer.hold(samplePayload('later.tgz'));
    await until(() => seat.console.queue().some(({ requestId }) => requestId === id));
    await page.call('review/open', { requestId: id });
    writeFileSync(file('journal.lines'), lines);
    writeFileSync(file('journal.head'), head);
    expect((await page.call('journal/verify', {})).fault?.code).toBe('journal_shorter');
    await close();
  });

  test('the last line cut off, the head gone, nothing left', async () => {
    const { page, file, close } = await decided();
    const lines = readFileSync(file('journal.lines'));
    writeFileSync(file('journal.lines'), lines.subarray(0, lines.lastIndexOf(0x0a, lines.length - 2) + 1));
    expect((await page.call('journal/verify', {})).fault?.code).toBe('journal_broken');
    writeFileSync(file('journal.lines'), lines);
    writeFileSync(file('journal.head'), '');
    expect((await page.call('journal/verify', {})).fault?.code).toBe('journal_broken');
    await close();
  });

  test('while records are being written it is never taken for broken', async () => {
    const { page, signer, seat, close } = await decided();
    const ids = Array.from({ length: 10 }, (_, at) => signer.hold(samplePayload(`p${at}`)).id);
    await until(() => seat.console.queue().length === 10);
    const verdicts = await Promise.all(
      ids.flatMap((requestId) => [page.call('review/open', { requestId }), page.call('journal/verify', {})]),
    );
    expect(verdicts.filter((one) => 'unrecorded' in one && one.fault !== null)).toEqual([]);
    await close();
  });
});

describe('files', () => {
  test('an export is the signed head and every record; thinking better of it writes nothing', async () => {
    const { page, shell, ana, signer, seat, close } = await decided();
    expect(await page.call('journal/export', {})).toEqual({ path: null });
    const path = join(newFolder(), 'journal.lines');
    shell.saveTo = path;
    expect(await page.call('journal/export', {})).toEqual({ path });
    const [head = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
    const origin = journalOrigin(signer.world.pin, ana.machine.id);
    expect(openHead(nodeCrypto, ana.machine.sign.key, origin, Buffer.from(head))).toEqual(
      seat.console.journal.head(),
    );
    expect(lines.map((line) => parseStrict(Buffer.from(line)))).toEqual(seat.console.journal.records());
    await close();
  });

  test('evidence is verified against what was shown here, saved as it was verified, and a lie is an answer', async () => {
    const world = makeWorld();
    const story = playStory(world);
    const signer = new FakeSigner(world);
    const { page, shell, seat, close } = await appSeat(signer, world.people.cai);
    const { id } = signer.hold(story.payload, story.request);
    await until(() => seat.console.queue().length === 1);
    await page.call('review/open', { requestId: id });
    seat.link.twist = { fetchEvidence: async () => story.evidence() };
    const verdict = await page.call('evidence/verify', { requestId: id });
    expect(verdict).toMatchObject({ outcome: 'signed', directory: 1, fault: null });
    expect(verdict.officers.length).toBeGreaterThan(0);
    const path = join(newFolder(), 'evidence.json');
    shell.saveTo = path;
    await page.call('evidence/save', { requestId: id });
    expect(parseEvidence(readFileSync(path))).toEqual(story.evidence());
    seat.link.twist = { fetchEvidence: async () => ({ ...story.evidence(), decisions: [] }) };
    const lie = await page.call('evidence/verify', { requestId: id });
    expect(lie).toMatchObject({ outcome: null, officers: [] });
    expect(lie.fault).not.toBeNull();
    await close();
  });

  test('evidence that cannot be had is no verdict, and nothing is written', async () => {
    const { page, shell, id, close } = await decided();
    const path = join(newFolder(), 'evidence.json');
    shell.saveTo = path;
    await expect(page.call('evidence/verify', { requestId: id })).toRejectCode('not_found');
    await expect(page.call('evidence/save', { requestId: id })).toRejectCode('not_found');
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
    await close();
  });
});
