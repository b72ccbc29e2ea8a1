// The window's view of a Console: snapshots that follow what happens, reviews that close, and lies that show as such.
import type { Queue } from '../../../contract/ipc/queue.ts';
import { describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { LackFault } from '../../../core/fault/fault.ts';
import { areWordsOf } from '../../../core/words/words.ts';
import { appSeat } from '../../support/app-seat.ts';
import { FakeSigner } from '../../support/fake-signer.ts';
import { until } from '../../support/seat.ts';
import { makeWorld, samplePayload } from '../../support/world.ts';

const small = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'a', version: '1' }] };

async function begin(who: 'ana' | 'ben' | 'cai' | 'dan' = 'ana') {
  const signer = new FakeSigner(makeWorld());
  const set = await appSeat(signer, signer.world.people[who]);
  const row = (id: string) => set.page.last('queue/changed')?.rows.find((one) => one.requestId === id);
  return { signer, ...set, row };
}

describe('the inbox', () => {
  test('shows a hold at once and fills its row in; the revision grows', async () => {
    const { signer, page, row, close, failures } = await begin();
    const { id } = signer.hold(samplePayload('app.tgz'));
    await until(() => row(id) !== undefined, 'the row');
    await until(() => row(id)?.document === 'sbom-cyclonedx', 'the document');
    expect(row(id)).toMatchObject({
      subject: 'app.tgz',
      subjects: 1,
      requester: 'ci@acme',
      kind: 'manual-approval',
      failed: [{ gate: 'release', code: 'not_allowlisted' }],
      quorum: { needed: 1, given: 0, voices: [] },
      may: null,
      act: 'decide',
      lock: null,
      mine: null,
    });
    const revisions = page.all('queue/changed').map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(page.last('queue/changed')?.whole).toBe(true);
    expect(failures).toEqual([]);
    await close();
  });

  test('says why this officer may not', async () => {
    for (const [who, requester, code] of [
      ['dan', 'ci@acme', 'officer_role'],
      ['ana', 'ana@acme', 'officer_is_requester'],
      ['ben', 'nightly@acme', 'officer_starts_caller'],
    ] as const) {
      const { signer, row, close } = await begin(who);
      const { id } = signer.hold(samplePayload(), { requester: { subject: requester, jkt: 'x' } });
      await until(() => row(id) !== undefined);
      expect(row(id)).toMatchObject({ may: { code }, act: 'wait' });
      await close();
    }
  });

  test('a payload that lies about its digest locks the row, and what is shown of it is nothing', async () => {
    const { signer, seat, row, close } = await begin();
    seat.link.twist = { fetchPayload: async () => samplePayload('harmless.tgz') };
    const { id } = signer.hold(samplePayload('evil.tgz'));
    await until(() => row(id)?.lock !== null && row(id)?.lock !== undefined, 'the lock');
    expect(row(id)).toMatchObject({ lock: { code: 'payload_mismatch' }, document: null, subject: null });
    await close();
  });

  test('shows how a request ended, then forgets it', async () => {
    const { signer, app, row, close } = await begin();
    const { id } = signer.hold(samplePayload());
    await until(() => row(id)?.document === 'sbom-cyclonedx');
    signer.row(id).state = 'withdrawn';
    signer.tell(id);
    await until(() => row(id)?.state === 'withdrawn', 'the end');
    expect(row(id)).toMatchObject({ subject: 'app.tgz', act: 'wait', may: { code: 'hold_closed' } });
    expect(app.snapshot().queue.rows).toHaveLength(1);
    await close();
  });

  test('own decisions: waiting while the Signer is away, then recorded', async () => {
    const { signer, seat, row, close } = await begin();
    const { id } = signer.hold(samplePayload(), { keys: [signer.world.held], findings: [] });
    await until(() => row(id) !== undefined);
    const review = await seat.console.review(id);
    const { WireFault } = await import('../../../core/fault/fault.ts');
    seat.link.twist = { decide: () => Promise.reject(new WireFault('timed_out')) };
    await seat.console.authorize(review, { verdict: 'approve', reason: '', device: 'ana-key' });
    await until(() => row(id)?.delivery === 'waiting', 'waiting');
    expect(row(id)?.leaf).toBeNull();
    seat.link.twist = {};
    await seat.console.deliver();
    await until(() => row(id)?.delivery === 'recorded', 'recorded');
    expect(row(id)).toMatchObject({ mine: 'approve', quorum: { needed: 2, given: 1 }, act: 'wait' });
    const recorded = seat.console.journal.records().find(({ entry }) => entry.event === 'evidenced');
    if (recorded?.entry.event !== 'evidenced') throw new Error('nothing is recorded');
    expect(row(id)?.leaf).toBe(recorded.entry.leaf.index);
    await close();
  });

  test(
    'a thousand holds: four payloads at a time, few events, every row filled',
    { timeout: 120_000 },
    async () => {
      const { signer, seat, page, close, failures } = await begin();
      let running = 0;
      let most = 0;
      seat.link.twist = {
        fetchPayload: async (requestId) => {
          running += 1;
          most = Math.max(most, running);
          await sleep(1);
          running -= 1;
          return signer.row(requestId).payload;
        },
      };
      for (let at = 0; at < 1000; at += 1) signer.hold(samplePayload(`app-${at}.tgz`));
      await until(
        () => page.last('queue/changed')?.rows.filter((one) => one.subject !== null).length === 1000,
        'a thousand rows',
      );
      expect(most).toBeLessThanOrEqual(4);
      expect(most).toBeGreaterThan(1);
      expect(page.all('queue/changed').length).toBeLessThan(200);
      expect(failures).toEqual([]);
      await close();
    },
  );

  test('what failed for a passing reason is tried again with the next connection', async () => {
    const { signer, seat, row, close } = await begin();
    const { WireFault } = await import('../../../core/fault/fault.ts');
    seat.link.twist = { fetchPayload: () => Promise.reject(new WireFault('timed_out')) };
    const { id } = signer.hold(samplePayload());
    await until(() => row(id) !== undefined);
    await sleep(100);
    expect(row(id)).toMatchObject({ document: null, lock: null });
    seat.link.twist = {};
    signer.hold(samplePayload('other.tgz'));
    await until(() => row(id)?.document === 'sbom-cyclonedx', 'the document');
    await close();
  });
});

describe('a review', () => {
  test('says what main worked out: words, findings, keys, claims a page at a time, bytes as text', async () => {
    const { signer, page, row, close } = await begin();
    const payload = samplePayload('größe.tgz', 'https://cyclonedx.org/bom', small);
    const { id } = signer.hold(payload);
    await until(() => row(id) !== undefined);
    const review = await page.call('review/open', { requestId: id });
    expect(review).toMatchObject({
      requestId: id,
      document: 'sbom-cyclonedx',
      locks: [],
      act: 'decide',
      may: null,
      baseline: null,
    });
    expect(areWordsOf(review.view.words, review.view.digest)).toBe(true);
    expect(review.findings.map(({ finding, here }) => [finding.gate, here])).toEqual([
      ['optok', 'could-not-verify'],
      ['poe', 'could-not-verify'],
      ['release', 'could-not-verify'],
    ]);
    expect(review.keys).toMatchObject([
      { name: 'file:release-approved', approvalOnly: true, state: 'active' },
    ]);
    const { reviewId } = review;
    const found = await page.call('review/claims', { reviewId, query: 'CYCLONEDX', offset: 0, limit: 10 });
    expect(found.total).toBe(2);
    expect(
      (await page.call('review/claims', { reviewId, query: '', offset: review.claims, limit: 5 })).claims,
    ).toEqual([]);
    let text = '';
    for (let next: number | null = 0; next !== null;) {
      const raw: { text: string; next: number | null } = await page.call('review/raw', {
        reviewId,
        offset: next,
        length: 7,
      });
      text += raw.text;
      next = raw.next;
    }
    expect(text).toBe(new TextDecoder().decode(payload));
    await page.call('review/close', { reviewId });
    await expect(page.call('review/raw', { reviewId, offset: 0, length: 1 })).toRejectCode('not_found');
    await close();
  });

  test.each([
    ['withdrawn', 'withdrawn'],
    ['expired', 'expired'],
    ['denied', 'denied'],
    ['committed', 'committed'],
    ['signed', 'signed'],
    ['refused', 'hold_closed'],
  ] as const)('closes by itself when its request is %s', async (state, code) => {
    const { signer, page, row, close } = await begin();
    const { id } = signer.hold(samplePayload());
    await until(() => row(id) !== undefined);
    const { reviewId } = await page.call('review/open', { requestId: id });
    signer.row(id).state = state;
    signer.tell(id);
    await until(() => page.all('review/closed').length === 1, 'the end of the review');
    expect(page.last('review/closed')).toMatchObject({ reviewId, fault: { code } });
    // The inbox is told first how it stands, so that a page knows whose doing the end was.
    const names = page.sent.map(({ name }) => name);
    const before = page.sent
      .slice(0, names.indexOf('review/closed'))
      .findLast(({ name }) => name === 'queue/changed');
    const told = before?.value as Queue | undefined;
    expect(told?.rows.find((one) => one.requestId === id)?.state).toBe(state);
    await expect(page.call('authorize/open', { reviewId, verdict: 'approve' })).rejects.toThrow(LackFault);
    await close();
  });

  test('closes when the request is another one than was shown', async () => {
    const { signer, page, row, close } = await begin();
    const { id } = signer.hold(samplePayload());
    await until(() => row(id) !== undefined);
    await page.call('review/open', { requestId: id });
    const before = signer.row(id);
    signer.rows.set(id, { ...before, request: { ...before.request, expires: '2026-11-23T13:30:00.000Z' } });
    signer.tell(id);
    await until(() => page.all('review/closed').length === 1);
    expect(page.last('review/closed')?.fault.code).toBe('changed');
    await close();
  });

  test('compares with what was approved last of the same subject', async () => {
    const { signer, page, seat, row, close } = await begin();
    const first = signer.hold(samplePayload('app.tgz', 'https://cyclonedx.org/bom', small));
    await until(() => row(first.id) !== undefined);
    await seat.console.authorize(await seat.console.review(first.id), {
      verdict: 'approve',
      reason: '',
      device: 'ana-key',
    });
    const second = signer.hold(
      samplePayload('app.tgz', 'https://cyclonedx.org/bom', {
        ...small,
        components: [{ name: 'a', version: '2' }],
      }),
    );
    const other = signer.hold(samplePayload('other.tgz', 'https://cyclonedx.org/bom', small));
    await until(() => row(other.id) !== undefined);
    const review = await page.call('review/open', { requestId: second.id });
    expect(review.baseline?.requestId).toBe(first.id);
    expect(review.changes).toEqual([
      { path: '/predicate/components/0/version', before: '"1"', after: '"2"' },
    ]);
    expect((await page.call('review/open', { requestId: other.id })).baseline).toBeNull();
    await close();
  });

  test('too many open ones: the oldest closes, and the window is told', async () => {
    const { signer, page, row, close } = await begin();
    const { id } = signer.hold(samplePayload());
    await until(() => row(id) !== undefined);
    const reviews = [];
    for (let at = 0; at < 10; at += 1) reviews.push(await page.call('review/open', { requestId: id }));
    expect(page.all('review/closed').map(({ reviewId }) => reviewId)).toEqual(
      reviews.slice(0, 2).map(({ reviewId }) => reviewId),
    );
    expect(new Set(reviews.map(({ reviewId }) => reviewId)).size).toBe(10);
    await close();
  });
});

describe('status and rooms', () => {
  test('link, checkpoint, session, journal and devices', async () => {
    const { page, signer, close, failures } = await begin();
    await until(
      () =>
        page.last('status/changed')?.checkpoint !== null && page.last('status/changed')?.device.present === 3,
    );
    const status = page.last('status/changed');
    expect(status).toMatchObject({
      link: { state: 'online', fault: null },
      environment: 'demo',
      directory: { version: 1, digest: signer.world.pin },
      checkpoint: { cosigners: 0, wanted: 0 },
      device: { names: ['soft key', 'ana-hsm', 'ana'] },
      outbox: 0,
      alarms: [],
    });
    expect(status?.sessionExpires).not.toBeNull();
    const { devices, keys, directory } = await page.call('app/snapshot', {});
    expect(keys.keys).toHaveLength(5);
    expect(directory).toMatchObject({ version: 1, pin: { digest: signer.world.pin } });
    expect(devices.cards.map(({ present, enrolled }) => [present, enrolled?.device ?? null])).toEqual([
      [true, null],
      [true, 'ana-hsm'],
      [true, null],
      [false, 'ana-key'],
    ]);
    expect(failures).toEqual([]);
    await close();
  });

  test('offline with when it is tried again; signed out when asked; alarms stay', async () => {
    const { page, seat, signer, close } = await begin();
    seat.link.drop();
    await until(() => page.last('status/changed')?.link.state === 'offline');
    expect(page.last('status/changed')?.link).toMatchObject({ fault: { code: 'unreachable' } });
    expect(page.last('status/changed')?.link.retryAt).not.toBeNull();
    await page.call('session/sign-out', {});
    await until(() => page.last('status/changed')?.link.state === 'signed-out');
    await seat.console.signIn();
    signer.seq += 1;
    await until(() => page.last('status/changed')?.link.state === 'online');
    await close();
  });

  test('nothing is there before the first sign-in, and no call crashes', async () => {
    const signer = new FakeSigner(makeWorld());
    const { page, close } = await appSeat(signer, signer.world.people.ana, {}, { signIn: false });
    const snapshot = await page.call('app/snapshot', {});
    expect(snapshot.status).toMatchObject({
      link: { state: 'signed-out' },
      directory: null,
      checkpoint: null,
    });
    expect(snapshot.queue).toMatchObject({ whole: false, asOf: null, rows: [] });
    await expect(page.call('review/open', { requestId: '01JD8Z6T3V9W4X5Y6Z7A8B9CDE' })).toRejectCode(
      'not_found',
    );
    await close();
  });

  test('a link opens what it names as soon as the window listens; it never acts', async () => {
    const { app, page, close } = await begin();
    app.navigate({ to: 'request', requestId: '01JD8Z6T3V9W4X5Y6Z7A8B9CDE' });
    expect(page.all('app/navigate')).toEqual([]);
    await page.call('app/snapshot', {});
    expect(page.all('app/navigate')).toEqual([{ to: 'request', requestId: '01JD8Z6T3V9W4X5Y6Z7A8B9CDE' }]);
    await close();
  });

  test('another Console is for other officers of the demo', async () => {
    const { page, close } = await begin();
    await page.call('app/open-console', { officer: 'ben' });
    await expect(page.call('app/open-console', { officer: 'ana' })).toRejectCode('not_found');
    await expect(page.call('app/open-console', { officer: 'eve' })).toRejectCode('not_found');
    await close();
  });

  test('settings are kept and told; the Signer is chosen by a native question only', async () => {
    const { page, close } = await begin();
    await page.call('settings/set', { appearance: 'dark' });
    await until(() => page.last('settings/changed')?.appearance.value === 'dark');
    await expect(page.call('settings/choose-signer', {})).toRejectCode('file_missing');
    await close();
  });

  test('a notification says that, not what', async () => {
    const { signer, shell, page, close } = await begin();
    await page.call('app/snapshot', {});
    const { id } = signer.hold(samplePayload('secret-name.tgz'));
    await until(() => shell.notified.length === 1, 'the notification');
    const [{ title, body, click } = { title: '', body: '', click: () => undefined }] = shell.notified;
    expect([title, body]).toEqual(['Signer Console', 'A request waits for you.']);
    click();
    expect(page.last('app/navigate')).toEqual({ to: 'request', requestId: id });
    for (let at = 0; at < 50; at += 1) signer.hold(samplePayload(`${at}`));
    await until(() => shell.notified.length === 2);
    expect(shell.notified[1]?.body).toMatch(/^\d+ requests wait for you\.$/);
    await close();
  });
});

describe('at the edges', () => {
  test('a request that ends while its review is being opened closes it right after', async () => {
    const { signer, seat, page, row, close } = await begin();
    const { id } = signer.hold(samplePayload());
    await until(() => row(id) !== undefined);
    seat.link.twist = {
      fetchCheckpoint: async () => {
        signer.row(id).state = 'withdrawn';
        signer.tell(id);
        await until(() => seat.console.queue().length === 0);
        return signer.checkpoint();
      },
    };
    const { reviewId } = await page.call('review/open', { requestId: id });
    await until(() => page.all('review/closed').length === 1, 'the end');
    expect(page.last('review/closed')?.reviewId).toBe(reviewId);
    await close();
  });

  test('nobody is notified of what they may not decide', async () => {
    const { signer, shell, row, close } = await begin('dan');
    const { id } = signer.hold(samplePayload());
    await until(() => row(id) !== undefined);
    await sleep(600);
    expect(shell.notified).toEqual([]);
    await close();
  });
});
