// The inbox's order and its stillness, without a page: filters, sorting, and two hundred lists that change under a hand.
import { describe, expect, test } from 'vitest';
import type { QueueRow } from '../../contract/ipc/queue.ts';
import { everything, type InboxFilter } from '../../renderer/local/prefs.ts';
import { nothingShown, release, step, type Live } from '../../renderer/rooms/inbox/live.ts';
import { fits, isLive, ordered, searchText } from '../../renderer/rooms/inbox/order.ts';
import { NOW } from '../pages/browser.ts';
import { many, night, row } from '../pages/fixtures/queue.ts';
import { dice, later } from '../pages/fixtures/make.ts';

const now = Date.parse(NOW);
const matching = (change: Partial<InboxFilter>) =>
  night.filter((each) =>
    fits(each, { ...everything, ...change }, searchText(each, ['Manual approval']), now),
  );
const ids = (rows: readonly QueueRow[]) => rows.map((each) => each.requestId);
const shownIds = (live: Live) => live.shown.map((each) => each.row.requestId);
const byId = (rows: readonly QueueRow[]) => new Map(rows.map((each) => [each.requestId, each]));

describe('filters', () => {
  test('find anything that a row says, every word of it', () => {
    expect(matching({ query: 'bootloader' })).toHaveLength(1);
    expect(matching({ query: 'BOOTLOADER rc7 devices' })).toHaveLength(1);
    expect(matching({ query: 'bootloader payments' })).toHaveLength(0);
    expect(matching({ query: 'poe_unavailable' })).toHaveLength(1);
    expect(matching({ query: 'mikael' })).toHaveLength(3);
    expect(matching({ query: night[3]?.requestId ?? '' })).toHaveLength(1);
    expect(matching({ query: '   ' })).toHaveLength(night.length);
  });

  test('kinds, mine and urgency narrow together', () => {
    expect(matching({ kinds: ['emergency-bypass'] })).toHaveLength(1);
    expect(matching({ kinds: ['key-approval', 'emergency-bypass'] })).toHaveLength(4);
    expect(matching({ mine: true }).every((each) => each.act !== 'wait')).toBe(true);
    expect(ids(matching({ urgent: true }))).toEqual([night[0]?.requestId]);
  });
});

describe('order', () => {
  const bypass = (n: number, change: Partial<QueueRow>) => row(n, { kind: 'emergency-bypass', ...change });
  const times = (rows: readonly QueueRow[]) => rows.map((each) => Date.parse(each.expires));

  test('most urgent: what one can act on first, bypasses before the rest, then the time left', () => {
    const some = [
      bypass(8001, { expires: later(90_000) }),
      bypass(8002, { expires: later(3500), act: 'wait' }),
    ];
    const rows = ordered(many(300).concat(night, some), 'urgent');
    const groups = [
      rows.filter((each) => each.act !== 'wait' && each.kind === 'emergency-bypass'),
      rows.filter((each) => each.act !== 'wait' && each.kind !== 'emergency-bypass'),
      rows.filter((each) => each.act === 'wait' && each.kind === 'emergency-bypass'),
      rows.filter((each) => each.act === 'wait' && each.kind !== 'emergency-bypass'),
    ];
    expect(groups.every((group) => group.length > 0)).toBe(true);
    expect(ids(rows)).toEqual(ids(groups.flat()));
    for (const group of groups) expect(times(group)).toEqual(times(group).toSorted((a, b) => a - b));
  });

  test('a live bypass is never seventh: not behind holds with less time, nor with a clock that says nonsense', () => {
    const hurried = Array.from({ length: 12 }, (_, n) => row(n, { expires: later(30 + n) }));
    for (const expires of [later(3600), later(-5), later(400 * 86_400)]) {
      const live = bypass(99, { expires });
      expect(ids(ordered([...hurried, live], 'urgent'))[0]).toBe(live.requestId);
    }
  });

  test('most urgent: one deadline, one order, however they came', () => {
    const tied = Array.from({ length: 40 }, (_, n) => row(n, { expires: later(900) }));
    const roll = dice(5);
    const first = ids(ordered(tied, 'urgent'));
    expect(first).toEqual(first.toSorted());
    for (let turn = 0; turn < 20; turn += 1)
      expect(
        ids(
          ordered(
            tied.toSorted(() => roll(3) - 1),
            'urgent',
          ),
        ),
      ).toEqual(first);
  });

  test('newest: as they came; ties never swap', () => {
    const tied = Array.from({ length: 20 }, (_, n) => row(n, { receivedAt: later(-60) }));
    expect(ids(ordered(tied, 'newest'))).toEqual(ids(ordered(tied.toReversed(), 'newest')));
  });
});

describe('a list that somebody is on', () => {
  const rows = ordered(many(12), 'urgent');
  const start = step(nothingShown, rows, byId(rows), false, 'k');

  test('takes news in place and lets nothing in', () => {
    const fresh = row(1, { expires: later(30) });
    const changed = rows.map((each) => ({ ...each, quorum: { ...each.quorum, given: 1 } }));
    const next = step(start, ordered([fresh, ...changed], 'urgent'), byId([fresh, ...changed]), true, 'k');
    expect(shownIds(next)).toEqual(ids(rows));
    expect(next.fresh).toBe(1);
    expect(next.shown.every((each) => each.row.quorum.given === 1)).toBe(true);
  });

  test('keeps a row that ended in its place, with its end', () => {
    const all = rows.map((each, index) => (index === 3 ? { ...each, state: 'denied' as const } : each));
    const held = step(start, all.filter(isLive), byId(all), true, 'k');
    expect(held.shown[3]).toMatchObject({ gone: true, row: { state: 'denied' } });
    const vanished = all.filter((_, index) => index !== 5);
    const twice = step(held, vanished.filter(isLive), byId(vanished), true, 'k');
    expect(twice.shown[5]).toMatchObject({ gone: true, row: { requestId: rows[5]?.requestId } });
    expect(shownIds(twice)).toEqual(ids(rows));
  });

  test('lets go once it is left, or when it is asked to', () => {
    const fewer = rows.slice(2);
    const held = step(start, fewer, byId(fewer), true, 'k');
    expect(shownIds(held)).toEqual(ids(rows));
    expect(shownIds(step(held, fewer, byId(fewer), false, 'k'))).toEqual(ids(fewer));
    expect(shownIds(release(fewer, 'k'))).toEqual(ids(fewer));
  });

  test('follows a person’s own filter at once', () => {
    const one = rows.slice(0, 1);
    expect(shownIds(step(start, one, byId(rows), true, 'other'))).toEqual(ids(one));
  });

  test('is the same object while nothing changes, so that no render asks for another', () => {
    expect(step(start, rows, byId(rows), false, 'k')).toBe(start);
    const held = step(start, rows.slice(1), byId(rows), true, 'k');
    const again = rows.slice(1);
    const twice = step(held, again, byId(rows), true, 'k');
    expect(step(twice, again, byId(rows), true, 'k')).toBe(twice);
  });

  test('two hundred lists that change at random under a hand: no row ever changes its place', () => {
    const roll = dice(11);
    for (let race = 0; race < 200; race += 1) {
      let rows = ordered(many(40).slice(0, 5 + roll(30)), 'urgent');
      let live = step(nothingShown, rows, byId(rows), false, 'k');
      const places = shownIds(live);
      for (let change = 0; change < 8; change += 1) {
        const kept = rows.filter(() => roll(5) > 0);
        const moved = kept.map((each) => ({ ...each, expires: later(roll(90_000)) }));
        const came = Array.from({ length: roll(4) }, (_, n) =>
          row(5000 + race * 100 + change * 10 + n, { expires: later(roll(9000)) }),
        );
        rows = ordered(moved.concat(came), 'urgent');
        live = step(live, rows, byId(rows), true, 'k');
        expect(shownIds(live)).toEqual(places);
        expect(live.fresh).toBe(rows.filter((each) => !places.includes(each.requestId)).length);
      }
      expect(shownIds(step(live, rows, byId(rows), false, 'k'))).toEqual(ids(rows));
    }
  });
});
