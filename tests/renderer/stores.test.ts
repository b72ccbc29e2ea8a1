// Mirror, bridge, preferences and keys: revisions, races between answers and events, broken stores, and what is not pressed.
import { describe, expect, test } from 'vitest';
import type { Review } from '../../contract/ipc/review.ts';
import type { Snapshot } from '../../contract/ipc/calls.ts';
import { Bridge, CallFailed, failureOf, type AppApi } from '../../renderer/bridge/bridge.ts';
import { isCharacter, nameOf, SEQUENCE_MS, Sequences } from '../../renderer/keys/dispatch.ts';
import { shortcuts } from '../../renderer/keys/table.ts';
import { createLocal, isRoom, setFilter, setPrefs } from '../../renderer/local/local.ts';
import { defaults, everything, parsePrefs, PREFS_KEY } from '../../renderer/local/prefs.ts';
import { applyRoom, applySnapshot, createMirror } from '../../renderer/mirror/mirror.ts';
import { possible } from '../../renderer/rooms/review/possible.ts';
import { themeFor } from '../../renderer/ui/theme.ts';
import { night, queueOf } from '../pages/fixtures/queue.ts';
import { blind, held, sbom } from '../pages/fixtures/review.ts';
import { hello, quiet } from '../pages/fixtures/status.ts';

const snapshot = (): Snapshot => ({ ...quiet, queue: queueOf(night, 5) });

describe('the mirror', () => {
  test('takes what is newer and leaves what is not, whatever comes first', () => {
    const mirror = createMirror();
    applyRoom(mirror, 'queue', queueOf([], 7));
    applySnapshot(mirror, snapshot());
    expect(mirror.getState().queue?.revision).toBe(7);
    applyRoom(mirror, 'queue', queueOf(night, 7));
    expect(mirror.getState().queue?.rows).toEqual([]);
    applyRoom(mirror, 'queue', queueOf(night, 8));
    expect(mirror.getState().queue?.rows).toHaveLength(night.length);
  });
});

/** Main, as far as these tests need it: what it answers can be held back, and its events sent by hand. */
function fakeMain(answers: Partial<Record<string, (input: never) => unknown>>) {
  const made: [string, unknown][] = [];
  const listeners = new Map<string, (value: unknown) => void>();
  const api = new Proxy(
    {},
    {
      get: (_, name: string) =>
        name === 'on'
          ? (event: string, listener: (value: unknown) => void) => {
              listeners.set(event, listener);
              return () => listeners.delete(event);
            }
          : async (input: never) => {
              made.push([name, input]);
              return answers[name]?.(input) ?? { ok: true, value: {} };
            },
    },
  ) as AppApi;
  return { api, made, send: (name: string, value: unknown) => listeners.get(name)?.(value), listeners };
}
const ok = (value: unknown) => ({ ok: true, value });
const no = (code: string) => ({ ok: false, error: { code, message: 'm', trace: 't' } });
const tick = () =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, 0);
  });

describe('the bridge', () => {
  test('throws main’s refusal with its code, and anything else as a fault of the page', async () => {
    const { api } = fakeMain({ 'bypass/revoke': () => no('hold_closed') });
    const bridge = new Bridge(api, createMirror());
    const thrown: unknown = await bridge
      .ask('bypass/revoke', { grant: 'sha256:0', reason: 'r' })
      .catch((e: unknown) => e);
    expect(thrown).toBeInstanceOf(CallFailed);
    expect(failureOf(thrown)).toEqual({ code: 'hold_closed', message: 'm', trace: 't' });
    expect(failureOf(new TypeError('x')).code).toBe('unreachable');
  });

  test('asks for everything at the start, and says when it cannot', async () => {
    const mirror = createMirror();
    const main = fakeMain({ 'app/hello': () => ok(hello), 'app/snapshot': () => ok(snapshot()) });
    const end = new Bridge(main.api, mirror).start(() => undefined);
    await tick();
    expect(mirror.getState().start).toEqual({ at: 'ready', hello });
    main.send('queue/changed', queueOf([], 9));
    expect(mirror.getState().queue?.rows).toEqual([]);
    end();
    expect(main.listeners.size).toBe(0);
    const broken = createMirror();
    new Bridge(fakeMain({ 'app/hello': () => no('internal') }).api, broken).start(() => undefined);
    await tick();
    expect(broken.getState().start.at).toBe('broken');
  });

  test('a review that was left while it opened is closed, and never shown', async () => {
    const mirror = createMirror();
    const answers: (() => void)[] = [];
    const main = fakeMain({
      'review/open': ({ requestId }: { requestId: string }) =>
        new Promise((resolve) => {
          answers.push(() => resolve(ok({ ...sbom, requestId, reviewId: `R-${requestId}` })));
        }),
    });
    const bridge = new Bridge(main.api, mirror);
    const first = bridge.openReview('A');
    await tick();
    const second = bridge.openReview('B');
    await tick();
    for (const answer of answers.toReversed()) answer();
    expect(await first).toBeNull();
    expect(await second).toBe('R-B');
    expect(mirror.getState().review).toMatchObject({ at: 'open', review: { reviewId: 'R-B' } });
    expect(main.made).toContainEqual(['review/close', { reviewId: 'R-A' }]);
    await bridge.closeReview();
    expect(mirror.getState().review).toEqual({ at: 'none' });
  });

  test('a review that main closed stays to be read; news of another changes nothing', async () => {
    const mirror = createMirror();
    const main = fakeMain({ 'review/open': () => ok(sbom) });
    const bridge = new Bridge(main.api, mirror);
    bridge.start(() => undefined);
    await bridge.openReview(sbom.requestId);
    main.send('review/closed', { reviewId: 'other', fault: { code: 'expired', detail: '' } });
    expect(mirror.getState().review.at).toBe('open');
    main.send('review/closed', { reviewId: sbom.reviewId, fault: { code: 'expired', detail: '' } });
    expect(mirror.getState().review).toMatchObject({ at: 'closed', fault: { code: 'expired' } });
  });

  test('a review that main closed before its page had it is closed from the start', async () => {
    const mirror = createMirror();
    const main = fakeMain({
      'review/open': () => {
        main.send('review/closed', { reviewId: sbom.reviewId, fault: { code: 'denied', detail: '' } });
        return ok(sbom);
      },
    });
    const bridge = new Bridge(main.api, mirror);
    bridge.start(() => undefined);
    expect(await bridge.openReview(sbom.requestId)).toBeNull();
    expect(mirror.getState().review).toMatchObject({ at: 'closed', fault: { code: 'denied' } });
  });
});

describe('preferences', () => {
  const keep = (text: string | null) => {
    const kept = new Map<string, string>(text === null ? [] : [[PREFS_KEY, text]]);
    return {
      kept,
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
  };

  test.each([
    null,
    '',
    '{',
    'null',
    '[]',
    '{"sort":1,"views":{},"singleKeys":"no"}',
    `{"views":[{"name":"${'x'.repeat(61)}","sort":"urgent","filter":{}}]}`,
    '{"views":[{"name":"a","sort":"urgent","filter":{"query":"","kinds":"x","mine":false,"urgent":false}}]}',
  ])('%s is read as the defaults', (text) => {
    expect(parsePrefs(text)).toEqual(defaults);
  });

  test('come back as they were set, and nothing else is kept', () => {
    const store = keep(null);
    const local = createLocal(store);
    setFilter(local, { query: 'secret name' });
    expect(store.kept.size).toBe(0);
    setPrefs(local, {
      sort: 'newest',
      views: [{ name: 'Night', filter: { ...everything, mine: true }, sort: 'urgent' }],
    });
    expect(createLocal(store).getState()).toMatchObject({
      prefs: { sort: 'newest', views: [{ name: 'Night', filter: { mine: true } }], singleKeys: true },
      filter: everything,
    });
    expect([...store.kept.values()].join()).not.toContain('secret');
  });

  test('more views than anybody wants are cut', () => {
    const view = { name: 'v', sort: 'urgent', filter: everything };
    expect(parsePrefs(JSON.stringify({ views: Array.from({ length: 500 }, () => view) })).views).toHaveLength(
      20,
    );
  });

  test('only rooms are rooms', () => {
    expect(['inbox', 'settings'].every(isRoom)).toBe(true);
    expect(['', 'toString', 'authorize', '../inbox'].some(isRoom)).toBe(false);
  });
});

describe('keys', () => {
  const press = (key: string, change = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...change,
  });

  test('are named as the table writes them, by platform', () => {
    expect(nameOf(press('K', { ctrlKey: true }), false)).toBe('mod+k');
    expect(nameOf(press('k', { metaKey: true }), true)).toBe('mod+k');
    expect(nameOf(press('k', { ctrlKey: true }), true)).toBeNull();
    expect(nameOf(press('a', { altKey: true }), false)).toBeNull();
    expect(nameOf(press('?', { shiftKey: true }), false)).toBe('?');
    expect(nameOf(press('A', { shiftKey: true }), false)).toBeNull();
  });

  test('sequences need their time and forget after a wrong key', () => {
    const keys = new Sequences();
    expect([keys.press('g', 0), keys.press('i', 100)]).toEqual([null, 'go.inbox']);
    expect([keys.press('g', 0), keys.press('d', SEQUENCE_MS + 1)]).toEqual([null, 'deny']);
    expect([keys.press('g', 0), keys.press('z', 10), keys.press('i', 20)]).toEqual([null, null, null]);
  });

  test('are each given once', () => {
    const all = Object.values(shortcuts).flatMap(({ keys }) => keys as readonly string[]);
    expect(new Set(all).size).toBe(all.length);
    expect([isCharacter('a'), isCharacter('g i'), isCharacter('mod+k'), isCharacter('Escape')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('what can be begun from a review', () => {
  const may = (change: Partial<Review>) => possible({ ...sbom, ...change });

  test('locks lock approving and signing, never denying', () => {
    expect(possible(sbom)).toEqual({ approve: true, deny: true, sign: false });
    expect(possible(blind)).toEqual({ approve: false, deny: true, sign: false });
    expect(possible(held)).toEqual({ approve: false, deny: false, sign: true });
    expect(possible({ ...held, locks: blind.locks })).toEqual({ approve: false, deny: false, sign: false });
  });

  test('whoever may not decide cannot begin; who has approved can still deny', () => {
    expect(may({ may: { code: 'officer_is_requester', detail: '' } })).toEqual({
      approve: false,
      deny: false,
      sign: false,
    });
    expect(may({ may: { code: 'officer_decided', detail: '' }, act: 'wait' })).toEqual({
      approve: false,
      deny: true,
      sign: false,
    });
    expect(may({ act: 'wait' })).toEqual({ approve: false, deny: false, sign: false });
  });
});

test('the theme follows the system unless somebody chose', () => {
  const night = { dark: true, contrast: false };
  expect(themeFor('system', night)).toEqual({ scheme: 'dark', contrast: 'none' });
  expect(themeFor('light', night)).toEqual({ scheme: 'light', contrast: 'none' });
  expect(themeFor('contrast', night)).toEqual({ scheme: 'dark', contrast: 'more' });
  expect(themeFor('system', { dark: false, contrast: true })).toEqual({ scheme: 'light', contrast: 'more' });
});
