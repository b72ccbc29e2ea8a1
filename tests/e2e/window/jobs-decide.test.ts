// A manual approval and a denial, from the row to what the requester and a stranger learn, with a virtual key in hand.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseEvidence } from '../../../core/evidence-file/evidence.ts';
import { electron, needs } from '../../support/needs.ts';
import { Desk, PATIENCE } from './desk.ts';
import { Stage } from './launch.ts';
import { photograph } from './picture.ts';
import { artifactOf, bundleOf, takeDirectory, verify } from './stranger.ts';

needs('electron', electron)('an officer with a security key', () => {
  let stage: Stage;
  let desk: Desk;
  const at = (name: string): string => join(stage.folder, name);

  beforeAll(async () => {
    stage = await Stage.open();
    desk = await Desk.open(stage);
  }, 90_000);
  afterEach(() => desk.clear());
  afterAll(() => stage.close(), 60_000);

  test('approves what is held: it is recorded at a leaf, and signed', async () => {
    const id = await desk.hold('scan');
    expect(await desk.status(id)).toMatchObject({ state: 'waiting', keyId: null });
    await desk.row(id);
    await photograph(desk, desk.page, 'inbox');
    await desk.review(id);
    await photograph(desk, desk.page, 'review');
    const act = await desk.approve();
    await photograph(desk, act.page, 'authorize');
    expect(await act.document()).toMatch(/Approving lets the Signer sign the scan report for\s/);
    await act.begin(/^Approve/);
    const key = await act.unlock();
    await photograph(desk, key.page, 'virtual-key');
    await photograph(desk, act.page, 'authorize-touch');
    await key.page.getByRole('button', { name: 'Press the key' }).click();
    const said = await act.until(/Recorded at leaf \d+/);
    expect(said).toContain('The quorum is complete');
    await act.done();
    expect(await desk.ends(id, 'signed')).toMatchObject({
      code: null,
      keyId: expect.stringMatching(/^pkcs11:|^file:/),
    });
    await desk.saveEvidence(id, at('approved.json'));
  });

  test('denies with a reason, and cannot begin without one', async () => {
    const id = await desk.hold('sbom');
    await desk.review(id);
    const act = await desk.act('Deny…', 'd');
    const begins = await act.read(/^Deny/);
    const reason = act.page.getByRole('textbox', { name: /^Reason/ });
    await begins.click(PATIENCE);
    await act.until('A denial needs a reason.');
    expect(await reason.evaluate((e) => e === document.activeElement)).toBe(true);
    expect(await desk.status(id)).toMatchObject({ state: 'waiting' });

    await reason.fill('Wrong release branch.');
    await act.sign(/^Deny/);
    expect(await act.until(/Recorded at leaf \d+/)).toContain('The request has ended. Nothing is signed.');
    await act.done();
    expect(await desk.ends(id, 'denied')).toMatchObject({ code: 'denied', keyId: null });
    await desk.saveEvidence(id, at('denied.json'));
    expect(bundleOf(at('denied.json'), at('none.json'))).toBeNull();
  });

  test('and when all of it is gone, a stranger still verifies both', async () => {
    await takeDirectory(desk.world, at('directory.json'));
    const artifact = artifactOf(at('approved.json'), join(desk.folder, 'builds'));
    const bundle = bundleOf(at('approved.json'), at('bundle.json'));
    await desk.close();
    expect(existsSync(join(desk.folder, 'world.json'))).toBe(false);

    const directory = at('directory.json');
    const { pin } = desk.world;
    const [approved, bare, denied] = await Promise.all([
      verify({ bundle, artifact, directory, evidence: at('approved.json') }, pin),
      verify({ bundle, artifact, directory }, pin),
      verify({ directory, evidence: at('denied.json') }, pin),
    ]);
    expect(approved).toMatchObject({ status: 0, says: expect.stringMatching(/^Verified: .*ana/s) });
    expect(bare).toMatchObject({ status: 1, says: expect.stringContaining('approval_missing') });
    expect(denied).toMatchObject({ status: 0, says: expect.stringMatching(/denied/i) });
    const { decisions } = parseEvidence(readFileSync(at('denied.json')));
    expect(decisions.map(({ decision }) => decision.reason)).toEqual(['Wrong release branch.']);
  });
});
