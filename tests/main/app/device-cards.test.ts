// Cards of devices: a token that is software is marked as such, by what it says of itself, and none that is hardware.
import { expect, test } from 'vitest';
import type { Token } from '../../../contract/driver/pkcs11.ts';
import { devicesOf } from '../../../main/app/snapshots/devices.ts';

const token: Token = {
  label: 'ana-hsm',
  serial: 'a4f09f12d5c1',
  manufacturer: 'Yubico (www.yubico.com)',
  model: 'YubiHSM',
  firmware: '2.4',
  loginRequired: true,
  userPinInitialized: true,
  pinCountLow: false,
  pinFinalTry: false,
  pinLocked: false,
  protectedAuthPath: false,
};

const virtualOf = (change: Partial<Token>): boolean | undefined =>
  devicesOf(1, {
    described: { keys: [], tokens: [{ ...token, ...change }], faults: [] },
    directory: null,
    officer: 'ana',
    served: new Map(),
  }).cards[0]?.virtual;

test.each([
  [{ manufacturer: 'SoftHSM project', model: 'SoftHSM v2' }, true],
  [{ manufacturer: '', model: 'SoftHSM v3' }, true],
  [{ manufacturer: 'SoftHSM project', model: '' }, true],
  [{ manufacturer: 'softhsm', model: 'x' }, true],
  [{ manufacturer: 'Thales', model: 'Luna K7' }, false],
  [{}, false],
  // a label is chosen by whoever made the token, and says nothing of what the token is
  [{ label: 'SoftHSM' }, false],
] as const)('a token of %j is virtual: %s', (change, virtual) => {
  expect(virtualOf(change)).toBe(virtual);
});
