// A keyful signature by hand: two officers on two Consoles, two HSMs, and what their PINs leave behind.
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseEvidence } from '../../../core/evidence-file/evidence.ts';
import { electron, needs, softhsm } from '../../support/needs.ts';
import { pae } from '../independent.ts';
import { runs } from '../processes.ts';
import { Desk, PATIENCE } from './desk.ts';
import { Stage } from './launch.ts';
import { countsInMemory, heapOf, processOf } from './memory.ts';
import { takeDirectory, verify } from './stranger.ts';

needs('electron and softhsm', () => electron() ?? softhsm())('officers with HSMs', () => {
  let stage: Stage;
  let ana: Desk;
  let ben: Desk;
  let id = '';
  const at = (name: string): string => join(stage.folder, name);
  const tokenOf = ({ seat }: Desk) => {
    const [token] = seat.tokens;
    if (!token) throw new Error(`${seat.officer} has no HSM`);
    return token;
  };

  beforeAll(async () => {
    stage = await Stage.open();
    ana = await Desk.open(stage);
    ben = await Desk.open(stage, { officer: 'ben', beside: ana });
    id = await ana.hold('keyful');
  }, 120_000);
  afterEach(async () => {
    await ana.clear();
    await ben.clear();
  });
  afterAll(() => stage.close(), 60_000);

  test('ben decides with his, on his own Console: one approval is missing', async () => {
    const token = tokenOf(ben);
    await ben.review(id);
    const act = await ben.approve();
    await act.take(token.label);
    await act.begin(/^Approve/);
    await act.until(`Enter the PIN of ${token.label}`);
    await act.pin(token.pin);
    const said = await act.until(/Recorded at leaf \d+/);
    expect(said).toContain('One more officer must approve before anything is signed.');
    expect(await ana.status(id)).toMatchObject({ state: 'waiting', keyId: null });

    const pid = await processOf(ben.launched, act.page);
    await act.done();
    await expect.poll(() => runs(pid), PATIENCE).toBe(false); // whatever the document remembered went with it
  });

  test('the PIN that he typed is not in the heap of his window, nor in its process', async () => {
    const { pin } = tokenOf(ben);
    const marker = `marker ${pin.slice(0, 4)} ${id}`;
    await ben.page.evaluate((text) => Object.assign(globalThis, { marker: text }), marker);
    const heap = await heapOf(ben.launched, ben.page);
    expect(heap).toContain(marker);
    expect(heap).not.toContain(pin);
    const pid = await processOf(ben.launched, ben.page);
    const counts = countsInMemory(pid, [marker, pin]);
    if (counts === undefined) return; // the system does not show it to this user
    expect(counts).toEqual([expect.toSatisfy((count) => count > 0), 0]);
  }, 60_000);

  test('ana approves too, and then her own HSM signs, as an act of its own', async () => {
    await ana.review(id);
    const approving = await ana.approve();
    expect(await approving.document()).toContain('ben approved');
    await approving.sign(/^Approve/);
    await approving.until(/Recorded at leaf \d+/);
    await approving.done();
    await ana.ends(id, 'quorate');

    const token = tokenOf(ana);
    await ana.review(id);
    const act = await ana.act('Sign with your key…', 's');
    expect(await act.document()).toContain('The quorum is complete; this signature is the last step.');
    await act.begin('Sign with your key');
    await act.until(`Enter the PIN of ${token.label}`);
    await act.pin(token.pin);
    await act.until('Your key has signed, and the Signer has it');
    await act.done();
    expect(await ana.ends(id, 'signed')).toMatchObject({ keyId: token.serves[0] });
  });

  test('and the evidence verifies: both officers, and the signature of the key in her HSM', async () => {
    const evidence = at('evidence.json');
    await ana.saveEvidence(id, evidence);
    await takeDirectory(ana.world, at('directory.json'));
    const verdict = await verify({ directory: at('directory.json'), evidence }, ana.world.pin);
    expect(verdict).toMatchObject({ status: 0, says: expect.stringMatching(/ana, ben|ben, ana/) });

    const { bundles, directory } = parseEvidence(readFileSync(evidence));
    const held = directory.versions
      .at(-1)
      ?.directory.keys.find(({ name }) => name === tokenOf(ana).serves[0]);
    const spki = Buffer.from(held?.key.spki ?? '', 'base64');
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(bundles).toHaveLength(1);
    const { payload = '', payloadType = '', signatures } = bundles[0]?.dsseEnvelope ?? {};
    const signature = Buffer.from(signatures?.[0]?.sig ?? '', 'base64');
    const message = pae(payloadType, Buffer.from(payload, 'base64'));
    expect(verifySignature('sha256', message, key, signature)).toBe(true);
  });
});
