// stella key suspend at a real terminal: the PIN does not show, a wrong one is asked for again, Ctrl-C sends nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { canonical } from '../../core/json/canonical.ts';
import { needs, program } from '../support/needs.ts';
import { intoSilicon, PRINTED } from '../support/silicon.ts';
import { makeWorld } from '../support/world.ts';

const python = program('python3', '--version', 'apt-get install -y python3');

needs('python3', python)('a terminal', () => {
  const world = makeWorld();
  const dir = mkdtempSync(join(tmpdir(), 'stella-pty-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'chain.json'), canonical(world.chain));
  intoSilicon(world.people.ana, join(dir, 'virtual'));

  /** What the terminal showed, and the exit status at its end. Nobody listens at the Signer's address. */
  function typed(...script: [wanted: string, typed: string][]): string {
    const command =
      `cli/main.ts key suspend file:release --officer ana --reason stolen --signer http://127.0.0.1:1 --directory ${dir}/chain.json ` +
      `--virtual ${dir}/virtual`;
    const done = spawnSync(
      'python3',
      ['tests/cli/typist.py', JSON.stringify(script), process.execPath, ...command.split(' ')],
      { encoding: 'utf8' },
    );
    return done.stdout;
  }

  test('a wrong PIN, the right one, the touch: then it is sent', { timeout: 60_000 }, () => {
    const shown = typed(
      ['PIN of ana-key (8 tries left): ', '0000-0000\r'],
      ['PIN of ana-key (7 tries left): ', `${PRINTED}\r`],
      ['press Enter to touch it', '\r'],
    );
    expect(shown).toContain('Wrong PIN.');
    expect(shown).toContain('code: unreachable');
    expect(shown).toMatch(/status 2\s*$/);
    for (const secret of [PRINTED, '0000-0000']) expect(shown).not.toContain(secret);
  });

  test.each([
    ['the PIN', [['PIN of', '47\u0003']]],
    [
      'the touch',
      [
        ['PIN of', `${PRINTED}\r`],
        ['press Enter', '\u0003'],
      ],
    ],
  ] as [string, [string, string][]][])('Ctrl-C at %s: cancelled', { timeout: 60_000 }, (_where, script) => {
    const shown = typed(...script);
    expect(shown).toContain('Nothing was sent:');
    expect(shown).toContain('code: cancelled');
    expect(shown).toMatch(/status 2\s*$/);
  });
});
