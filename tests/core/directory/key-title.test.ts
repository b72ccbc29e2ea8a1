// What people call a key: told from its URI and its row in the directory, whatever a name is made of.
import { describe, expect, test } from 'vitest';
import { KeyTitle, keyTitle } from '../../../core/directory/key-title.ts';

const row = { use: 'release', approvalOnly: true, holder: null } as const;
const serial = '45c3e2aa4c164d65';

describe('the title of a key', () => {
  test.each([
    [`pkcs11:serial=${serial};id=%91%A8`, { provider: 'pkcs11', token: '45c3…', label: null }],
    [`pkcs11:object=root%20key;serial=${serial}`, { provider: 'pkcs11', token: '45c3…', label: 'root key' }],
    ['pkcs11:token=vault%201;object=r', { provider: 'pkcs11', token: 'vault 1', label: 'r' }],
    ['pkcs11:serial=12345;id=a', { provider: 'pkcs11', token: '12345', label: null }],
    ['pkcs11:id=a', { provider: 'pkcs11', token: null, label: null }],
    ['pkcs11:serial=;object=', { provider: 'pkcs11', token: null, label: null }],
    ['kms:eu-north-1/release-2026', { provider: 'kms', token: null, label: 'release-2026' }],
    ['kms:a/', { provider: 'kms', token: null, label: 'a' }],
    ['kms:/', { provider: 'kms', token: null, label: null }],
    ['file:release', { provider: 'file', token: null, label: 'release' }],
  ] as const)('of %s', (name, place) => {
    expect(keyTitle(name, row)).toEqual({ name, ...row, ...place });
  });

  test('says what the directory says, and nothing of a name that it does not know', () => {
    const held = { use: 'release', approvalOnly: true, holder: 'ana' } as const;
    expect(keyTitle('file:a', held)).toMatchObject(held);
    expect(keyTitle('file:a', { use: 'log', approvalOnly: false, holder: null }).use).toBe('log');
    expect(keyTitle('file:a', undefined)).toMatchObject({ use: null, approvalOnly: false, holder: null });
  });

  test('takes nothing from a directory row but those three', () => {
    const whole = { ...row, state: 'active', tenants: ['payments'] };
    expect(Object.keys(keyTitle('file:a', whole)).sort()).toEqual(Object.keys(KeyTitle.shape).sort());
  });

  test('a label that would hide or turn text stays as it is written in the name', () => {
    expect(keyTitle('pkcs11:object=a%E2%80%AEb;token=%00', row)).toMatchObject({
      label: 'a%E2%80%AEb',
      token: '%00',
    });
    expect(keyTitle('pkcs11:object=100%', row).label).toBe('100%');
  });

  test('one attribute is not mistaken for another, and a long label ends', () => {
    expect(keyTitle('pkcs11:my-serial=x;library-token=y;id=z', row)).toMatchObject({
      token: null,
      label: null,
    });
    expect(keyTitle(`pkcs11:token=${'t'.repeat(400)}`, row).token).toBe(`${'t'.repeat(32)}…`);
  });

  test.each(['', ':', 'pkcs11:', 'kms:', 'file:', 'nothing', 'pkcs11:;;;=', 'x:y:z/'])(
    'never fails: %j',
    (name) => {
      expect(KeyTitle.safeParse(keyTitle(name, undefined)).success).toBe(true);
    },
  );
});
