// The sequence and the pauses, without a network: what is handed on, what is noted, how long is waited.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LinkNote } from '../../../main/link/options.ts';
import { backoff } from '../../../main/link/backoff.ts';
import { Sequence, type Page } from '../../../main/link/sequence.ts';

/** A sequence whose cursors follow what it hands on. */
function following(start: Record<string, number> = {}) {
  const cursors = new Map(Object.entries(start));
  const sequence = new Sequence((tenant) => cursors.get(tenant));
  const notes: LinkNote[] = [];
  const take = (verdict: ReturnType<Sequence['event']>) => {
    notes.push(...verdict.notes);
    if (verdict.deliver) cursors.set(verdict.deliver.tenant, verdict.deliver.seq);
    return { seq: verdict.deliver?.seq, again: verdict.resubscribe };
  };
  const alarm = (seq: number) =>
    take(sequence.event({ stage: 'alarmed', tenant: 'acme', seq, code: 'x', about: 'y' }));
  const page = (seq: number, number: number, more: boolean) =>
    take(sequence.page({ tenant: 'acme', seq, page: number, holds: [], grants: [], more } satisfies Page));
  return { sequence, notes, alarm, page };
}

describe('the sequence', () => {
  test('hands on what is next, drops what is known', () => {
    const { alarm, notes } = following({ acme: 4 });
    expect([5, 5, 4, 6].map((seq) => alarm(seq).seq)).toEqual([5, undefined, undefined, 6]);
    expect(notes).toEqual([]);
  });

  test('a new tenant begins with 1', () => {
    expect(following().alarm(1)).toEqual({ seq: 1, again: false });
    expect(following().alarm(2)).toEqual({ seq: undefined, again: true });
  });

  test('notes a gap once and asks once, until the sequence goes on; then a new gap is new', () => {
    const { alarm, notes, sequence } = following({ acme: 1 });
    expect(alarm(3)).toEqual({ seq: undefined, again: true });
    sequence.subscribed();
    expect(alarm(4)).toEqual({ seq: undefined, again: false });
    expect(alarm(2).seq).toBe(2);
    expect(alarm(5)).toEqual({ seq: undefined, again: true });
    expect(notes).toEqual([
      { note: 'gap', tenant: 'acme', expected: 2, found: 3 },
      { note: 'gap', tenant: 'acme', expected: 3, found: 5 },
    ]);
  });

  test('puts pages together; doubled pages and old events do no harm', () => {
    const { page, alarm, notes } = following({ acme: 2 });
    expect(
      [page(9, 0, true), page(9, 0, true), page(9, 1, true), page(9, 0, true)].map((v) => v.seq),
    ).toEqual([undefined, undefined, undefined, undefined]);
    expect(alarm(9).seq).toBeUndefined();
    expect([page(9, 1, true), page(9, 1, true), page(9, 2, false)].map((v) => v.seq)).toEqual([
      undefined,
      undefined,
      9,
    ]);
    expect(notes).toEqual([{ note: 'resynced', tenant: 'acme', from: 2, to: 9 }]);
  });

  test.each<[string, (f: ReturnType<typeof following>) => unknown]>([
    ['a missing first page', ({ page }) => page(9, 1, false)],
    ['a missing page', ({ page }) => [page(9, 0, true), page(9, 2, false)][1]],
    ['a page of another snapshot', ({ page }) => [page(9, 0, true), page(10, 1, false)][1]],
    ['an event where pages are missing', ({ page, alarm }) => [page(9, 0, true), alarm(10)][1]],
  ])('%s is a gap', (_name, happen) => {
    const made = following({ acme: 2 });
    expect(happen(made)).toEqual({ seq: undefined, again: true });
    expect(made.notes.map((note) => note.note)).toEqual(['gap']);
  });

  test('a snapshot may lead back right after a subscribe, noted as such, and never later', () => {
    const { page, notes, alarm, sequence } = following({ acme: 7 });
    expect(page(3, 0, false).seq).toBe(3);
    expect(notes).toEqual([{ note: 'rolled-back', tenant: 'acme', from: 7, to: 3 }]);
    expect(alarm(4).seq).toBe(4);
    expect(page(3, 0, false).seq).toBeUndefined();
    sequence.subscribed();
    expect(page(3, 0, false).seq).toBe(3);
  });

  test('a snapshot without end is not followed without end', () => {
    const { sequence } = following();
    const holds = Array.from({ length: 64 }, () => ({}) as Page['holds'][number]);
    expect(() => {
      for (let page = 0; page < 2000; page++)
        sequence.page({ tenant: 'acme', seq: 1, page, holds, grants: [], more: true });
    }).toThrowCode('message_invalid');
  });
});

describe('backoff', () => {
  test('is even between nothing and a limit that doubles from 0.5 s to 30 s', () => {
    for (const [attempt, limit] of [
      [0, 500],
      [1, 1000],
      [5, 16_000],
      [6, 30_000],
      [1000, 30_000],
    ] as const) {
      const drawn = Array.from({ length: 2000 }, () => backoff(attempt, 500, 30_000, (n) => randomBytes(n)));
      expect(Math.min(...drawn)).toBeLessThan(limit * 0.02);
      expect(Math.max(...drawn)).toBeLessThanOrEqual(limit);
      expect(Math.max(...drawn)).toBeGreaterThan(limit * 0.98);
      expect(drawn.reduce((a, b) => a + b) / drawn.length / limit).toBeCloseTo(0.5, 1);
    }
    expect(backoff(0, 500, 30_000, (n) => new Uint8Array(n).fill(255))).toBe(500);
    expect(backoff(0, 500, 30_000, (n) => new Uint8Array(n))).toBe(0);
  });
});
