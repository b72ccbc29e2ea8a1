// The virtual key as other people's hosts see it: through a kernel's hidraw, by libfido2 and by python-fido2.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';

const tool = process.env['HID_VM'] ?? '';
const probe = () =>
  tool === '' ? 'HID_VM names no program that runs a command in a machine with uhid' : undefined;

needs('hidraw', probe)('a virtual key behind a kernel', () => {
  const dir = mkdtempSync(join(tmpdir(), 'hidraw-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs a program beside the plugged-in key, in the machine that HID_VM names; gives what it printed. */
  function beside(store: string, ...command: string[]): string {
    const plug = resolve('tests/hidraw/plug.ts');
    return execFileSync(tool, ['-t', '180', dir, process.execPath, plug, join(dir, store), ...command], {
      encoding: 'utf8',
      timeout: 240_000,
    });
  }

  test('is a FIDO2 key to libfido2', { timeout: 300_000 }, () => {
    const listed = beside(
      'a',
      'bash',
      '-c',
      'fido2-token -L && fido2-token -I "$(fido2-token -L | cut -d: -f1 | head -n1)"',
    );
    expect(listed).toMatch(/\/dev\/hidraw\d+/);
    expect(listed).toContain('FIDO_2_0');
    expect(listed).toMatch(/pin protocols: .*2/);
  });

  test(
    'takes a PIN, enrols and asserts for python-fido2, and nothing for another site',
    { timeout: 300_000 },
    () => {
      const told: unknown = JSON.parse(beside('b', '/usr/bin/python3', resolve('tests/hidraw/peer.py')));
      expect(told).toMatchObject({
        ping: true,
        pinSet: true,
        retries: 8,
        wrongPin: 0x31,
        retriesAfterWrongPin: 7,
        format: 'packed',
        assertion: 'verified',
        flags: 0x05,
        otherSite: 0x2e,
      });
    },
  );
});
