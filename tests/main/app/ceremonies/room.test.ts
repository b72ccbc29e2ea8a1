// The ceremonies room over a real rehearsal: SoftHSM, virtual keys and the authorize document, interrupted and attacked.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyTranscript } from '../../../../core/ceremony/verify.ts';
import { parseCanonical } from '../../../../core/json/canonical.ts';
import { digestOf } from '../../../../core/json/digest.ts';
import { nodeCrypto } from '../../../../ports/crypto.ts';
import { newFolder } from '../../../support/seat.ts';
import { needs, softhsm } from '../../../support/needs.ts';
import { Table, scriptDigest } from './table.ts';

const wish = { kind: 'rehearsal', script: scriptDigest, overlapDays: 30 } as const;

needs('SoftHSM', softhsm)('a rehearsal in the ceremonies room', () => {
  const folder = newFolder();
  let table: Table;
  let id: string;
  beforeAll(async () => {
    table = new Table(folder);
    await table.room.load();
    id = await table.room.begin(wish);
  }, 60_000);
  afterAll(() => table.close());

  test('is begun with nothing signed, and shown as one', async () => {
    const shown = await table.room.show(id);
    expect(shown).toMatchObject({
      kind: 'rehearsal',
      place: { at: 'step', step: 'gather' },
      steps: [],
      pending: null,
      may: { act: true, say: ['exception', 'stopped'], sign: null },
    });
    expect(table.room.snapshot(1).list).toMatchObject([
      { ceremony: id, kind: 'rehearsal', at: 'running', step: 'gather' },
    ]);
    expect(table.shell.pages).toEqual([]);
  });

  test('each document shows what its device signs, to the digest', { timeout: 60_000 }, async () => {
    const held = await table.room.open(id);
    await held.act();
    const digests: string[] = [];
    for (const role of ['operator', 'custodian', 'witness'] as const) {
      const { what, devices } = await table.sign(id, role);
      if (what.purpose !== 'ceremony' || what.what.does !== 'sign') throw new Error(what.purpose);
      expect(what).toMatchObject({ kind: 'rehearsal', role, step: 'gather', n: 0 });
      expect(devices).toHaveLength(1);
      digests.push(what.what.digest.digest);
    }
    const [sealed] = held.transcript().steps;
    if (!sealed) throw new Error('nothing was sealed');
    const signed = digestOf(nodeCrypto, sealed.step);
    expect(digests).toEqual([signed, signed, signed]);
    expect(await table.room.show(id)).toMatchObject({ place: { at: 'step', step: 'check-hsm' } });
  });

  test(
    'a document that is closed signs nothing, and a wrong PIN is asked again',
    { timeout: 60_000 },
    async () => {
      const held = await table.room.open(id);
      await held.act();
      await table.when(id, ({ pending }) => pending !== null);
      await held.sign('custodian');
      await expect(held.sign('custodian')).toRejectCode('ceremony_turn');
      const { act } = await table.act();
      await table.page.call('act/close', { act });
      await table.when(id, ({ acting }) => !acting);
      expect(held.state.pending?.signed).toEqual([]);
      await held.sign('custodian');
      await table.begin();
      await table.at('pin');
      await table.give('000000');
      const { phase } = await table.at('pin');
      expect(phase).toMatchObject({ after: { code: 'pin_invalid' } });
      await table.give(table.pin('custodian'));
      await table.press();
      await table.at('ended');
      await table.when(id, ({ pending }) => pending?.signed.length === 1);
      await expect(held.sign('custodian')).toRejectCode('ceremony_turn');
      await expect(held.unsay()).toRejectCode('ceremony_turn');
    },
  );

  test('is given up from the window while its document waits', { timeout: 60_000 }, async () => {
    const held = await table.room.open(id);
    await held.sign('witness');
    held.cancel();
    await table.when(id, ({ acting }) => !acting);
    expect(held.state.pending?.signed).toEqual(['custodian']);
    expect(() => table.page).toThrow('no authorize page');
    await table.sign(id, 'witness');
  });

  test('goes on exactly there after it was closed', { timeout: 90_000 }, async () => {
    const held = await table.room.open(id);
    await held.say('yes');
    await table.sign(id, 'witness');
    const before = await table.room.show(id);
    await table.close();
    table = new Table(folder);
    await table.room.load();
    const after = await table.room.show(id);
    expect({ ...after, revision: 0 }).toEqual({ ...before, revision: 0 });
    await table.sign(id, 'operator');
    expect((await table.room.show(id)).place).toEqual({ at: 'step', step: 'generate' });
  });

  test(
    'the HSM is asked in a document of its own, and what it made is what is signed',
    { timeout: 60_000 },
    async () => {
      const held = await table.room.open(id);
      await held.act();
      const { what } = await table.carry('hsm');
      expect(what).toMatchObject({ purpose: 'ceremony', what: { does: 'use-hsm', act: 'generate-key' } });
      const shown = await table.when(id, ({ pending }) => pending !== null);
      const lines = new Map(shown.pending?.lines.map(({ name, value }) => [name, value]));
      expect([
        lines.get('never extractable'),
        lines.get('extractable'),
        lines.get('made on the token'),
      ]).toEqual(['yes', 'no', 'yes']);
    },
  );

  test('what is not asked for is refused', async () => {
    await expect(table.room.begin({ ...wish, script: `sha256:${'0'.repeat(64)}` })).toRejectCode('not_found');
    await expect(table.room.show('01M84V0CCVAFQFP3TBQNQ6TCSR')).toRejectCode('not_found');
    const held = await table.room.open(id);
    await expect(held.act()).toRejectCode('ceremony_turn');
    await expect(held.say('yes')).toRejectCode('ceremony_turn');
    await expect(held.say('exception', '')).toRejectCode('ceremony_turn');
  });

  test('is never verified as real, and not as done before its end', async () => {
    const held = await table.room.open(id);
    const trust = await held.trust();
    const transcript = held.transcript();
    expect(() => verifyTranscript(nodeCrypto, trust, 'real', transcript)).toThrowCode('ceremony_rehearsal');
    expect(await table.room.verify(id)).toMatchObject({
      outcome: null,
      fault: { code: 'ceremony_incomplete' },
    });
  });

  test('a record that somebody changed does not hold, and says so', { timeout: 60_000 }, async () => {
    await table.close();
    const [name = ''] = readdirSync(folder);
    const record = join(folder, name, 'record');
    const [file = ''] = readdirSync(record).filter((one) => one.endsWith('.jsonl'));
    const path = join(record, file);
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.includes('"line":"signature"'));
    const changed = lines.filter((_, index) => index !== at).join('\n');
    writeFileSync(path, changed);
    table = new Table(folder);
    await table.room.load();
    expect(table.room.snapshot(1).list).toMatchObject([{ at: 'broken', fault: { code: 'ceremony_folder' } }]);
    await expect(table.room.show(id)).toRejectCode('ceremony_folder');
    writeFileSync(path, text);
    expect((await table.room.show(id)).steps).toHaveLength(3);
    expect(parseCanonical(Buffer.from(lines[0] ?? ''))).toMatchObject({ line: 'opened' });
  });

  test('nothing of it was a mistake of ours', () => {
    expect(table.failures).toEqual([]);
  });
});

describe('without a Signer or a directory', () => {
  test('a real one is refused before anything lies in a folder that counts', async () => {
    const table = new Table(newFolder());
    await table.room.load();
    expect(table.room.snapshot(1)).toMatchObject({
      real: { code: 'not_configured' },
      people: [],
      keys: [],
      list: [],
    });
    const people = (['operator', 'custodian', 'witness'] as const).map((role) => ({
      role,
      officer: role,
      device: role,
    }));
    const real = {
      kind: 'real',
      script: scriptDigest,
      key: 'file:release',
      token: '1',
      overlapDays: 1,
      people,
    } as const;
    await expect(table.room.begin({ ...real, people: [...people] })).toRejectCode('not_configured');
    expect(table.room.snapshot(1).list).toEqual([]);
    await table.close();
  });
});
