// Our own driver process over node-hid, against the virtual key behind a kernel: what a real key meets.
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { beside, hidraw } from './beside.ts';

needs('hidraw', hidraw)('our driver, over node-hid', () => {
  test('lists, enrols, asserts, wrong PIN, pulled out, plugged in again', { timeout: 300_000 }, () => {
    const told: unknown = JSON.parse(beside('c', process.execPath, resolve('tests/hidraw/driver-peer.ts')));
    expect(told).toEqual({
      listed: [{ product: 'VIRTUAL security key', virtual: false, serial: 'VIRTUAL0001' }],
      pinSet: true,
      wrongPin: 'pin_invalid',
      retriesAfter: 7,
      enrolled: 'verified',
      again: 'credential_excluded',
      asserted: 'verified',
      cancelled: 'cancelled',
      pulledOut: 'device_gone',
      whileGone: { listed: [], call: 'device_not_found' },
      back: { listed: 1, asserted: 'verified' },
      twoAtOnce: ['verified', 'verified'],
    });
  });

  test('as somebody who may not open it: a code that names the rule', { timeout: 300_000 }, () => {
    const peer = [process.execPath, resolve('tests/hidraw/driver-peer.ts'), 'forbidden'];
    const told: unknown = JSON.parse(
      beside('d', 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...peer),
    );
    expect(told).toEqual({ listed: 1, info: 'device_forbidden' });
  });
});
