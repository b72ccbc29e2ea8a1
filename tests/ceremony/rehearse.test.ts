// A rehearsal by `stella ceremony rehearse`: a process, typed into, killed, taken up again; its transcript is never real.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { needs, program, softhsm } from '../support/needs.ts';
import { keysOn, linesIn, openTestWorld } from './stage.ts';
import { everything, sit, sitAtTty, stella, typed } from './terminal.ts';

const STOCK = 'assets/ceremonies/rotate-signing-key.yaml';

needs('SoftHSM', softhsm)('a rehearsal at a terminal', () => {
  let home: string;
  let folder: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'rehearse-'));
    folder = join(home, 'rehearsal');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const rehearse = (...more: string[]) => [
    'rehearse',
    ...more,
    '--folder',
    folder,
    '--pins',
    join(folder, 'pins'),
  ];
  const resume = () => ['resume', '--folder', folder, '--pins', join(folder, 'pins')];
  const verify = (...more: string[]) =>
    stella([
      'verify',
      join(folder, 'transcript.json'),
      '--directory',
      join(folder, 'board', 'directory.json'),
      ...more,
    ]);

  test('from the first step to the transcript', async () => {
    const { status, out, err } = await stella(rehearse(), everything);
    expect([status, out]).toEqual([0, expect.stringContaining('REHEARSAL: verified as a rehearsal')]);
    const screens = err.split('==== ').slice(1);
    expect(screens).toHaveLength(18);
    for (const screen of screens) expect(screen).toContain('REHEARSAL: nothing of this is real.');
    expect(readFileSync(join(folder, 'transcript.txt'), 'utf8')).toContain('REHEARSAL');
    const pins = ['hsm', 'ana-key', 'ben-key', 'cai-key'].map((name) =>
      readFileSync(join(folder, 'pins', name), 'utf8').trim(),
    );
    const record = readFileSync(join(folder, 'ceremony.jsonl'), 'utf8');
    for (const pin of pins) expect(out + err + record).not.toMatch(new RegExp(`\\b${pin}\\b`));

    expect((await verify('--rehearsal')).status).toBe(0);
    const real = await verify();
    expect([real.status, real.err]).toEqual([1, expect.stringContaining('ceremony_rehearsal')]);
    const again = await stella(rehearse(), '');
    expect([again.status, again.err]).toEqual([2, expect.stringContaining('is not empty')]);
  }, 240_000);

  test('killed while it waits: the folder is free, and goes on with the script that it was opened with', async () => {
    const script = join(home, 'script.yaml');
    copyFileSync(STOCK, script);
    const sitting = sit(rehearse(script));
    sitting.type(typed.gather);
    await sitting.says('Step 1: check-hsm');
    const second = await stella(resume(), everything);
    expect([second.status, second.err]).toEqual([2, expect.stringContaining('data_locked')]);
    sitting.child.kill('SIGKILL');
    await sitting.ended;
    const changed = readFileSync(script, 'utf8').replace('Enter the PIN of the HSM', 'Enter nothing');
    writeFileSync(script, changed);
    const ended = await stella(resume(), everything.slice(typed.gather.length));
    expect(ended.status).toBe(0);
    expect(ended.err).toContain('Enter the PIN of the HSM');
    expect(ended.err).not.toContain('Enter nothing');
    const other = await verify('--rehearsal', '--script', script);
    expect([other.status, other.err]).toEqual([1, expect.stringContaining('ceremony_other_script')]);
    expect((await verify('--rehearsal', '--script', STOCK)).status).toBe(0);
  }, 240_000);

  test('leaving, the end of the input, a word that is none: nothing is lost and nothing made up', async () => {
    const first = await stella(rehearse(), `${typed.gather}no idea\nleave\n`);
    expect([first.status, first.err]).toEqual([2, expect.stringContaining('Type one of these words')]);
    expect(first.err).toContain(`stella ceremony resume --folder ${folder}`);
    expect(existsSync(join(folder, 'transcript.json'))).toBe(false);
    const lines = linesIn(folder);
    const second = await stella(resume(), '');
    expect([second.status, linesIn(folder)]).toEqual([2, lines]);
  }, 240_000);

  test('stopped and abandoned: everybody signs, and the exit status says that it had no effect', async () => {
    const stopped = await stella(rehearse(), `${typed.gather}stop\n\nthe power is to go\nsign\n\n\n\n`);
    expect([stopped.status, stopped.err]).toEqual([1, expect.stringContaining('It wants a reason')]);
    expect(readFileSync(join(folder, 'transcript.txt'), 'utf8')).toContain('the power is to go');
    expect((await verify('--rehearsal')).status).toBe(0);
  }, 240_000);

  test('an exception said after the act, and one taken back', async () => {
    const hsm = `go\nexception\nthe label is worn\nback\ngo\nexception\nno label\nsign\n\n\n\n`;
    const rest = everything.slice((typed.gather + typed['check-hsm']).length);
    const { status, out } = await stella(rehearse(), typed.gather + hsm + rest);
    expect([status, out]).toEqual([0, expect.stringContaining('no label')]);
    const world = await openTestWorld(folder);
    try {
      const { opening } = JSON.parse(readFileSync(join(folder, 'transcript.json'), 'utf8')) as {
        opening: { token: string };
      };
      expect(await keysOn(world, opening.token)).toHaveLength(2);
    } finally {
      await world.close();
    }
  }, 240_000);

  test('an unsound script is refused before anything is made', async () => {
    const script = join(home, 'script.yaml');
    writeFileSync(script, readFileSync(STOCK, 'utf8').replace('act: read-words', 'act: generate-key'));
    const { status, err } = await stella(rehearse(script), '');
    expect([status, err]).toEqual([1, expect.stringContaining('ceremony_script')]);
    expect(existsSync(folder)).toBe(false);
  });
});

const scripted = () => softhsm() ?? program('script', '--version', 'apt-get install -y bsdutils')();

needs('SoftHSM and script', scripted)('a rehearsal at a real terminal', () => {
  test('PINs are typed and never shown; a wrong one is asked for again; Ctrl-C loses nothing', async () => {
    const home = mkdtempSync(join(tmpdir(), 'rehearse-'));
    try {
      const folder = join(home, 'rehearsal');
      const sitting = sitAtTty(['rehearse', '--folder', folder]);
      await sitting.says('What happened?');
      sitting.type('done\r');
      await sitting.says('everything seen?');
      sitting.type('sign\r');
      const pin = (name: string) => readFileSync(join(folder, 'pins', name), 'utf8').trim();
      await sitting.says('PIN of ana-key');
      sitting.type('918273\r');
      await sitting.says('Wrong PIN.');
      for (const name of ['ana-key', 'ben-key', 'cai-key']) {
        await sitting.says(`PIN of ${name}`);
        sitting.type(`${pin(name)}\r`);
        await sitting.says('press Enter to touch it.');
        sitting.type('\r');
      }
      await sitting.says('Step 1: check-hsm');
      await sitting.says('Let the machine do it?');
      sitting.type('\u0003');
      const { status, out } = await sitting.ended;
      expect([status, out]).toEqual([2, expect.stringContaining('resume --folder')]);
      for (const secret of ['918273', pin('ana-key'), pin('ben-key'), pin('cai-key')])
        expect(out).not.toContain(secret);
      expect(linesIn(folder)).toHaveLength(5);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }, 240_000);
});
