// The arguments of `npm run signer`, and the folder that a sandbox keeps: made whole, private, and used by one at a time.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readArgs, stateFolder, UsageError } from '../../../demo/sandbox/args.ts';
import { InUse } from '../../../demo/crew/lock.ts';
import { openFreeHome, openHome } from '../../../demo/sandbox/home.ts';

const root = mkdtempSync(join(tmpdir(), 'sandbox-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('arguments', () => {
  const read = (...argv: string[]) => readArgs(argv, '/here');
  test('a sandbox, with and without its options', () => {
    expect(read('--dev')).toEqual({ kind: 'dev', port: 0, data: null, poeTtl: 300 });
    expect(read('--dev', '--port', '8080', '--data', 'x', '--poe-ttl', '0')).toEqual({
      kind: 'dev',
      port: 8080,
      data: '/here/x',
      poeTtl: 0,
    });
    expect(read('--dev', '--port=0', '--data=/y')).toMatchObject({ port: 0, data: '/y' });
  });
  test('a configuration file', () => {
    expect(read('signer.json')).toEqual({ kind: 'config', path: '/here/signer.json' });
    expect(read('--help')).toEqual({ kind: 'help' });
  });
  test.each([
    [[]],
    [['--prod']],
    [['--port', '1']],
    [['--dev', 'x.json']],
    [['a', 'b']],
    [['--dev', '--port', '65536']],
    [['--dev', '--port', '-1']],
    [['--dev', '--port', '1e3']],
    [['--dev', '--port', '']],
    [['--dev', '--port']],
    [['--dev', '--poe-ttl', '1.5']],
    [['--dev', '--poe-ttl', '86401']],
    [['--dev', '--data', '']],
    [['a.json', '--data', 'x']],
  ])('%j cannot be used', (argv: string[]) => {
    expect(() => readArgs(argv, '/here')).toThrow(UsageError);
  });
  test('the state folder follows XDG_STATE_HOME, when it is absolute', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/s' })).toBe('/s/signer-console/sandbox');
    expect(stateFolder({ XDG_STATE_HOME: 'relative' })).toMatch(/\.local\/state\/signer-console\/sandbox$/);
  });
});

describe('the folder', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  test('is made for this user alone, and is the same at the next start', async () => {
    const path = join(root, 'deep', 'home');
    const first = await openHome(path, now);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(first.keys))
      expect(statSync(join(first.keys, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(first.keys).sort()).toEqual([
      'attestation.pem',
      'log.pem',
      'release-approved.pem',
      'release.pem',
    ]);
    expect(readFileSync(first.allowlist, 'utf8')).toContain(first.scannerImageDigest);
    first.release();
    const second = await openHome(path, new Date());
    expect(second).toMatchObject({ pin: first.pin, scannerImageDigest: first.scannerImageDigest });
    second.release();
    expect(readdirSync(path).filter((name) => name.startsWith('draft-'))).toEqual([]);
  });
  test('is used by one at a time; without a name of its own the next one takes the next folder', async () => {
    const path = join(root, 'shared');
    const first = await openFreeHome(path, now);
    await expect(openHome(path, now)).rejects.toThrow(InUse);
    const second = await openFreeHome(path, now);
    expect(second.data).toBe(join(root, 'shared-2', 'data'));
    first.release();
    const third = await openFreeHome(path, now);
    expect(third.pin).toBe(first.pin);
    second.release();
    third.release();
  });
  test('a draft that a crash left behind does no harm', async () => {
    const path = join(root, 'crashed');
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(join(path, 'draft-abc'), { recursive: true });
    await writeFile(join(path, 'draft-abc', 'sandbox.json'), '{');
    const home = await openHome(path, now);
    expect(home.pin).toMatch(/^sha256:/);
    home.release();
  });
});
