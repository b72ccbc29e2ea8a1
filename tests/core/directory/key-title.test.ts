// What people call a key: told from its URI and its row in the directory, whatever a name is made of, and never two by one name.
import { describe, expect, test } from 'vitest';
import { KeyTitle, keyTitle } from '../../../core/directory/key-title.ts';

const about = { use: 'release', approvalOnly: true, holder: null } as const;
const rows = (...names: string[]) => names.map((name) => ({ name, ...about }));

describe('the title of a key', () => {
  test.each([
    ['pkcs11:serial=45c3e2aa;id=%91%A8%98%7D', 'hsm', '91a8…'],
    ['pkcs11:object=root%20key;serial=45c3e2aa', 'hsm', 'root key'],
    ['pkcs11:token=vault%201', 'hsm', 'vault 1'],
    ['pkcs11:id=a', 'hsm', '61'],
    ['pkcs11:serial=;object=', 'hsm', 'pkcs11:serial=;object='],
    ['kms:eu-north-1/release-2026', 'kms', 'release-2026'],
    ['kms:a/', 'kms', 'a/'],
    ['file:release', 'file', 'release'],
  ] as const)('of %s', (name, place, tail) => {
    expect(keyTitle(name, rows(name))).toEqual({ name, ...about, place, tail });
  });

  test('of two that begin alike shows as much as tells them apart', () => {
    const [one, two] = ['pkcs11:serial=1;id=%91%A8%01%02', 'pkcs11:serial=2;id=%91%A8%01%03'] as const;
    expect(keyTitle(one, rows(one, two)).tail).toBe('91a80102');
    expect(keyTitle(two, rows(one, two)).tail).toBe('91a80103');
    const [a, b] = ['pkcs11:token=a;object=last', 'pkcs11:token=b;object=last'] as const;
    expect(keyTitle(a, rows(a, b)).tail).toBe('last @ a');
    const [x, y] = ['kms:eu/release', 'kms:us/release'] as const;
    expect(keyTitle(x, rows(x, y)).tail).toBe('eu/release');
    const [twin, same] = ['pkcs11:serial=1;id=%91%A8', 'pkcs11:serial=2;id=%91%A8'] as const;
    expect(keyTitle(twin, rows(twin, same)).tail).toBe(twin);
  });

  test('says what the directory says, and nothing of a name that it does not know', () => {
    const held = { name: 'file:a', use: 'release', approvalOnly: true, holder: 'ana' } as const;
    expect(keyTitle('file:a', [held])).toMatchObject(held);
    expect(keyTitle('file:b', [held])).toMatchObject({ use: null, approvalOnly: false, holder: null });
    expect(Object.keys(keyTitle('file:a', [held])).sort()).toEqual(Object.keys(KeyTitle.shape).sort());
  });

  test('a label that would hide or turn text stays as it is written in the name', () => {
    expect(keyTitle('pkcs11:object=a%E2%80%AEb', []).tail).toBe('a%E2%80%AEb');
    expect(keyTitle('pkcs11:object=a%7f%00', []).tail).toBe('a%7f%00');
    expect(keyTitle('pkcs11:object=100%', []).tail).toBe('100%');
  });

  test('one attribute is not mistaken for another', () => {
    expect(keyTitle('pkcs11:my-object=x;library-token=y;id=%01?object=z', []).tail).toBe('01');
  });

  test.each([
    '',
    ':',
    'pkcs11:',
    'kms:',
    'file:',
    'nothing',
    'pkcs11:;;;=',
    'x:y:z/',
    `pkcs11:id=${'%01'.repeat(160)}`,
  ])('never fails: %j', (name) => {
    expect(KeyTitle.safeParse(keyTitle(name, rows(name))).success).toBe(true);
  });
});
