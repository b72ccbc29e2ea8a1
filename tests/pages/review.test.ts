// The review in a real page: what it says, what it lets begin, claims and bytes in pages, and what happens when it is closed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Review } from '../../contract/ipc/review.ts';
import { needs } from '../support/needs.ts';
import { reviewing } from './app-answers.ts';
import { chromiumHere, type Look } from './browser.ts';
import { Refused, type Answers } from './fake-main.ts';
import { rawText } from './fixtures/review.ts';
import { blind, bypass, held, sbom } from './fixtures/review.ts';
import { night, queueOf } from './fixtures/queue.ts';
import { focused, raise, starting, type Scene, type Stage } from './stage.ts';

needs('Chromium', chromiumHere)('the review', () => {
  let stage: Stage<'app'>;
  beforeAll(async () => {
    stage = await raise('app', 'app');
  }, 120_000);
  afterAll(() => stage.close());

  async function open(review: Review, more: Answers<'app'> = {}, look: Look = {}): Promise<Scene<'app'>> {
    const scene = await stage.open(
      { ...starting({ queue: queueOf(night) }), ...reviewing([review]), ...more },
      look,
    );
    await scene.page.getByRole('grid').waitFor();
    await scene.main.send('app/navigate', { to: 'request', requestId: review.requestId });
    await scene.page.getByRole('heading', { level: 1 }).waitFor();
    return scene;
  }
  const button = (scene: Scene<'app'>, name: RegExp) => scene.page.getByRole('button', { name });

  test('says in one sentence what approving does, and shows who asks in a frame', async () => {
    const scene = await open(sbom);
    const sentence = await scene.page.getByRole('heading', { level: 1 }).textContent();
    expect(sentence).toContain('If this is approved, the Signer signs the CycloneDX SBOM for');
    expect(sentence).toContain('payments-api-2.18.4.tgz');
    expect(sentence).toContain('with the approval-only key (KMS release-approved-2026).');
    expect(
      await scene.page.getByRole('complementary', { name: 'About the decision' }).textContent(),
    ).toContain('418207');
    await scene.page.context().close();
  });

  test('shows findings, the gravest first, with what was checked here', async () => {
    const scene = await open(sbom);
    const rows = scene.page.getByRole('region', { name: 'What the gates saw' }).getByRole('row');
    expect(await rows.count()).toBe(2);
    expect(await rows.nth(1).textContent()).toMatch(
      /Release.*Scanner not on the allowlist.*Could not verify/,
    );
    await scene.page.context().close();
    const worse = await open(blind);
    const table = worse.page.getByRole('region', { name: 'What the gates saw' }).getByRole('row');
    expect(await table.nth(1).textContent()).toMatch(/Policy.*Wrong: does not hold here/);
    expect(await table.nth(2).textContent()).toMatch(/Release/);
    expect(await table.nth(3).textContent()).toMatch(/Could not verify.*The key is not in the directory\./);
    await worse.page.context().close();
  });

  test('gates that passed are one line that says on whose word; it opens by pointer and by key', async () => {
    const scene = await open(sbom);
    const { page } = scene;
    const panel = page.getByRole('region', { name: 'What the gates saw' });
    const line = panel.getByRole('button', { name: /^4 gates passed: Token, Licence, Quota, Policy/ });
    expect(await line.textContent()).toContain('On the Signer’s word: Token, Licence, Quota.');
    expect(await line.textContent()).toContain('Worked out again here: Policy.');
    expect(await line.getAttribute('aria-expanded')).toBe('false');
    const rows = panel.getByRole('row');
    await line.click();
    await expect.poll(() => rows.count()).toBe(7);
    expect(await line.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('p');
    await expect.poll(() => rows.count()).toBe(2);
    await line.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.count()).toBe(7);
    await page.context().close();
  });

  test('evidence has the width of the room, at the size in which officers see it', async () => {
    const scene = await open(sbom, {}, { width: 1280, height: 800 });
    const width = async (name: string) =>
      (await scene.page.getByRole('region', { name }).boundingBox())?.width ?? 0;
    for (const name of ['What the gates saw', 'What changed', 'CycloneDX SBOM'])
      expect(await width(name)).toBeGreaterThan(950);
    await scene.page.context().close();
  });

  test('a key by its name, its full name beside it to be copied', async () => {
    const scene = await open(held);
    const panel = scene.page.getByRole('region', { name: 'Key', exact: true });
    expect(await panel.textContent()).toMatch(
      /Key of Vera Lindqvist, HSM device-root.*active · approval-only · held by Vera Lindqvist/,
    );
    await panel.getByRole('button', { name: /^Copy Key of Vera Lindqvist, HSM device-root/ }).click();
    await expect
      .poll(() => scene.main.inputs('app/copy'))
      .toEqual([{ text: 'pkcs11:token=vera-hsm;object=device-root' }]);
    await scene.page.context().close();
  });

  test('flags stand worst first and each has its word', async () => {
    const scene = await open(blind);
    const items = await scene.page
      .getByRole('region', { name: 'Flags' })
      .getByRole('listitem')
      .allTextContents();
    expect(items.map((text) => text.slice(0, 6))).toEqual(['Danger', 'Danger', 'Danger', 'Warnin']);
    await scene.page.context().close();
  });

  test('locked: approving cannot be begun by button or key, denying can', async () => {
    const scene = await open(blind);
    expect(await button(scene, /^Approve/).isDisabled()).toBe(true);
    await scene.page.keyboard.press('a');
    await scene.page.keyboard.press('s');
    await scene.page.keyboard.press('d');
    await expect
      .poll(() => scene.main.inputs('authorize/open'))
      .toEqual([{ reviewId: blind.reviewId, verdict: 'deny' }]);
    expect(scene.main.inputs('authorize/sign-held')).toEqual([]);
    await scene.page.context().close();
  });

  test('a blind payload has no headline of claims, shows its bytes first and lists what is not rendered', async () => {
    const scene = await open(blind);
    const { page } = scene;
    await page.getByText('You see bytes, not what they mean').waitFor();
    expect(await page.getByRole('tab', { name: 'Bytes as text' }).getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('region', { name: 'Not rendered' }).textContent()).toContain(
      '2,680 of 2,911 bytes',
    );
    const document = page.getByRole('region', { name: 'Blind: no decoder' });
    expect(await document.textContent()).toContain(
      'No decoder explains 2,680 of the 2,911 bytes: they are shown as bytes, not as claims.',
    );
    await document.getByRole('tab', { name: 'What can be read, 6' }).waitFor();
    expect(await document.getByRole('tab', { name: /^All claims/ }).count()).toBe(0);
    await page.context().close();
  });

  test('bytes of which nothing can be read at all: said so, and no list of nothing', async () => {
    const all = { notRendered: [{ offset: 0, length: 2_911, sha256: 'ab' }], notRenderedBytes: 2_911 };
    const scene = await open({ ...blind, ...all, claims: 0, subjects: [], subjectCount: 0 });
    const document = scene.page.getByRole('region', { name: 'Blind: no decoder' });
    expect(await document.textContent()).toContain('No decoder explains any of the 2,911 bytes');
    expect(await document.getByRole('tab').allTextContents()).toEqual(['Bytes as text']);
    await scene.page.context().close();
  });

  test('held: one’s own key signs by its own act', async () => {
    const scene = await open(held);
    await scene.page.keyboard.press('a');
    await scene.page.keyboard.press('d');
    await button(scene, /^Sign with your key/).click();
    await expect.poll(() => scene.main.inputs('authorize/sign-held')).toEqual([{ reviewId: held.reviewId }]);
    expect(scene.main.inputs('authorize/open')).toEqual([]);
    await scene.page.context().close();
  });

  test('a bypass says what it permits, and its limits come first', async () => {
    const scene = await open(bypass);
    const text = (await scene.page.getByRole('region', { name: 'Review' }).textContent()) ?? '';
    expect(text).toContain('the tenant payments may have statements signed without the licence check');
    expect(text.indexOf('minutes')).toBeLessThan(text.indexOf('What the gates saw'));
    await scene.page.context().close();
  });

  test('claims: all are told, few are drawn, pages come as they are reached, a search asks main', async () => {
    const scene = await open(sbom);
    const { page, main } = scene;
    const table = page.getByRole('table', { name: 'Claims' });
    expect(await table.getAttribute('aria-rowcount')).toBe('4183');
    expect(await table.getByRole('row').count()).toBeLessThan(60);
    await page.evaluate('document.querySelector("[role=table]").scrollTo(0, 100000)');
    await expect.poll(() => main.inputs('review/claims').length).toBeGreaterThan(1);
    await expect.poll(() => table.textContent()).toMatch(/dep-\d{3}/);
    await page.keyboard.press('/');
    await page.keyboard.type('suPPlier');
    await page.getByText('1 of 4,182 claims').waitFor();
    expect(await table.textContent()).toContain('nothing');
    await page.context().close();
  });

  test('claims: a number and its text never look alike, an empty list is called one, hidden text is written out', async () => {
    const scene = await open(sbom);
    const cells = scene.page.getByRole('table', { name: 'Claims' }).getByRole('row');
    const text = async (what: string) => (await cells.filter({ hasText: what }).first().textContent()) ?? '';
    expect(await text('score')).toContain('number9.8');
    expect(await text('bomFormat')).toContain('textCycloneDX');
    expect(await text('properties')).toContain('objectempty');
    expect(await text('description')).toContain('U+202E RLO');
    expect(await text('description')).toContain('of 6,144 characters');
    await scene.page.context().close();
  });

  test('bytes: the text of the payload, exactly', async () => {
    const scene = await open(sbom);
    await scene.page.getByRole('tab', { name: 'Bytes as text' }).click();
    const region = scene.page.getByRole('region', { name: "The payload's bytes as text" });
    await expect.poll(() => region.textContent()).toBe(rawText);
    await scene.page.context().close();
  });

  test('digests copy whole through main, and say so', async () => {
    const scene = await open(sbom);
    await button(scene, /^Copy Payload$/).click();
    await expect.poll(() => scene.main.inputs('app/copy')).toEqual([{ text: sbom.payload.digest }]);
    await scene.page.getByText('Copied').first().waitFor();
    await scene.page.keyboard.press('l');
    await expect
      .poll(() => scene.main.inputs('app/copy').at(-1))
      .toEqual({ text: `signer-console://request/${sbom.requestId}` });
    await scene.page.context().close();
  });

  test('what main refuses is said where it was asked, with its code and trace', async () => {
    const scene = await open(sbom, {
      'authorize/open': () => {
        throw new Refused('device_not_found', 'no key');
      },
    });
    await button(scene, /^Approve/).click();
    const alert = scene.page.getByRole('status').filter({ hasText: 'No such device is connected.' });
    await alert.waitFor();
    expect(await alert.textContent()).toContain('device_not_found · Trace T-0193A7');
    await scene.page.context().close();
  });

  test('closed under the eyes: it says why, nothing can be begun any more, and it opens again while it waits', async () => {
    const scene = await open(sbom);
    const { page, main } = scene;
    await main.send('review/closed', { reviewId: sbom.reviewId, fault: { code: 'hold_closed', detail: '' } });
    await page.getByText('This review was closed').first().waitFor();
    expect(await button(scene, /^Approve/).count()).toBe(0);
    await page.keyboard.press('a');
    await page.keyboard.press('d');
    expect(main.inputs('authorize/open')).toEqual([]);
    expect(await page.locator('[aria-live=assertive]').textContent()).toContain('This review was closed');
    await button(scene, /^Open it again/).click();
    await button(scene, /^Approve/).waitFor();
    expect(main.inputs('review/open')).toHaveLength(2);
    await main.send(
      'queue/changed',
      queueOf(
        night.filter((each) => each.requestId !== sbom.requestId),
        2,
      ),
    );
    await main.send('review/closed', { reviewId: sbom.reviewId, fault: { code: 'expired', detail: '' } });
    await button(scene, /^Back to the inbox/).click();
    await page.getByRole('grid').waitFor();
    await page.context().close();
  });

  test('closed by one’s own approval: told calmly where it is recorded, and no warning, also when it has left the inbox', async () => {
    const scene = await open(sbom);
    const { page, main } = scene;
    const row = night.find((each) => each.requestId === sbom.requestId);
    if (!row) throw new Error('it is not in the inbox');
    const others = night.filter((each) => each !== row);
    const mine = { ...row, mine: 'approve' as const, act: 'wait' as const, leaf: 48_230 };
    await main.send('queue/changed', queueOf([...others, { ...mine, state: 'committed' }], 2));
    await main.send('review/closed', { reviewId: sbom.reviewId, fault: { code: 'committed', detail: '' } });
    const banner = page.getByRole('status').filter({ hasText: 'You approved this' });
    await banner.waitFor();
    expect(await banner.textContent()).toContain('the quorum is complete');
    await main.send('queue/changed', queueOf([...others, { ...mine, state: 'signed' }], 3));
    await banner.filter({ hasText: 'and it is signed' }).waitFor();
    await main.send('queue/changed', queueOf(others, 4));
    await page.waitForTimeout(100);
    expect(await banner.textContent()).toContain('Your decision is recorded at leaf 48,230.');
    expect(await page.getByText('This review was closed').count()).toBe(0);
    expect(await banner.getAttribute('class')).toContain('ok');
    expect(await page.locator('[aria-live=assertive]').textContent()).toBe('');
    await button(scene, /^Back to the inbox/).click();
    await page.context().close();
  });

  test('what was decided since it was opened: the quorum counts it, and what is done is not offered again', async () => {
    const scene = await open(sbom);
    const { page, main } = scene;
    const about = page.getByRole('complementary', { name: 'About the decision' });
    const voice = { officer: 'ana', verdict: 'approve', at: '2026-11-03T02:10:00.000Z', reason: '' } as const;
    const given = sbom.quorum.given + 1;
    const row = night.find((each) => each.requestId === sbom.requestId);
    if (!row) throw new Error('it is not in the inbox');
    const quorum = { needed: given + 1, given, voices: [...sbom.quorum.voices, voice] };
    const may = { code: 'officer_decided', detail: '' };
    const decided = { ...row, quorum, may, act: 'wait' as const, mine: 'approve' as const, leaf: 48_230 };
    const others = night.filter((each) => each !== row);
    await main.send('queue/changed', queueOf([...others, decided], 2));
    await about.getByText(`${given} of ${given + 1}`).waitFor();
    await page.getByText('You have already approved this').waitFor();
    await page
      .getByText(
        'Your decision is recorded at leaf 48,230. One more approval is needed; until then you can still deny it.',
      )
      .waitFor();
    expect(await button(scene, /^Approve/).isDisabled()).toBe(true);
    expect(await button(scene, /^Deny/).isEnabled()).toBe(true);
    await main.send('queue/changed', queueOf([...others, { ...decided, act: 'sign-held' }], 3));
    await button(scene, /^Sign/).waitFor();
    await page.context().close();
  });

  test('leaving closes the review in main; a second link while one opens leaves one review', async () => {
    const scene = await open(sbom, {
      'review/open': ({ requestId }) => ({ ...sbom, requestId, reviewId: `R-${requestId}` }),
    });
    await scene.main.send('app/navigate', { to: 'request', requestId: blind.requestId });
    await scene.main.send('app/navigate', { to: 'request', requestId: held.requestId });
    await expect.poll(() => scene.page.getByText(held.requestId).count()).toBe(1);
    await scene.page.keyboard.press('Escape');
    await scene.page.getByRole('grid').waitFor();
    const ids = (name: 'review/open' | 'review/close') =>
      scene.main
        .inputs(name)
        .map((input) => Object.values(input as object)[0] as string)
        .sort();
    await expect.poll(() => ids('review/close')).toEqual(ids('review/open').map((id) => `R-${id}`));
    await scene.page.context().close();
  });

  test('an approval that is not this officer’s to give: said, and nothing can be begun', async () => {
    const not = { may: { code: 'officer_is_requester', detail: '' }, act: 'wait' } as const;
    const queue = queueOf(night.map((row) => (row.requestId === sbom.requestId ? { ...row, ...not } : row)));
    const scene = await open({ ...sbom, ...not }, starting({ queue }));
    await scene.page.getByText('Whoever asked may not decide.').waitFor();
    expect(await button(scene, /^Approve/).isDisabled()).toBe(true);
    expect(await button(scene, /^Deny/).isDisabled()).toBe(true);
    await scene.page.context().close();
  });

  test('the whole job by keyboard: inbox, review, its claims, Authorize, back', async () => {
    const scene = await stage.open({
      ...starting({ queue: queueOf(night) }),
      ...reviewing([{ ...sbom, requestId: night[0]?.requestId ?? '' }]),
    });
    const { page, main } = scene;
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const heading = page.getByRole('heading', { level: 1, name: /If this is approved/ });
    await heading.waitFor();
    expect(await focused(page)).toBe('h1');
    await page.keyboard.press('PageDown');
    await expect
      .poll(() => page.evaluate('document.querySelector("[role=region][aria-label=Review]").scrollTop'))
      .toBeGreaterThan(0);
    await page.keyboard.press('a');
    await expect.poll(() => main.inputs('authorize/open')).toHaveLength(1);
    await page.keyboard.press('Escape');
    await page.getByRole('grid').waitFor();
    await page.context().close();
  });

  test('at 200 percent nothing is lost sideways', async () => {
    for (const review of [sbom, blind]) {
      const scene = await open(review, {}, { width: 640, height: 400 });
      expect(await scene.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(640);
      const wide =
        'const e = document.querySelector("[role=region][aria-label=Review]"); e.scrollWidth - e.clientWidth';
      expect(await scene.page.evaluate(wide)).toBeLessThanOrEqual(0);
      expect(await button(scene, /^Approve/).isVisible()).toBe(true);
      await scene.page.context().close();
    }
  });
});
