// The virtual key as other people's hosts see it: through a kernel's hidraw, by libfido2 and by python-fido2.
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { needs, program, type Probe } from '../support/needs.ts';
import { beside, hidraw } from './beside.ts';

/** The machine with uhid sees this one's programs. */
const peers: Probe = () =>
  hidraw() ??
  program('fido2-token', '-V', 'apt-get install -y fido2-tools')() ??
  program('/usr/bin/python3', '-cimport fido2', 'apt-get install -y python3-fido2')();

needs('hidraw', peers)('a virtual key behind a kernel', () => {
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
