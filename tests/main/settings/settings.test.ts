// Settings: which file's word counts, where each value says that it comes from, and files that cannot be used.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StoredSettings } from '../../../contract/stored/console-settings.ts';
import { openSettings } from '../../../main/settings/settings.ts';
import { newFolder } from '../../support/seat.ts';

const signer = (officer: string) => ({
  url: 'https://signer.example:8443',
  ca: ['PEM'],
  pin: `sha256:${'ab'.repeat(32)}`,
  officer,
  machine: 'desk',
  device: 'key',
});

function files(policy?: object | string, person?: object | string) {
  const state = newFolder();
  const policyFile = join(state, 'policy.json');
  const text = (of: object | string) => (typeof of === 'string' ? of : JSON.stringify({ v: 1, ...of }));
  if (policy !== undefined) writeFileSync(policyFile, text(policy), { mode: 0o600 });
  if (person !== undefined) writeFileSync(join(state, 'settings.json'), text(person), { mode: 0o600 });
  return { state, policyFile };
}

describe('precedence', () => {
  test('policy before person before default; each says so', async () => {
    const options = files(
      { appearance: 'contrast', signer: signer('ana') },
      { appearance: 'dark', language: 'de', signer: signer('eve'), dataDir: '/mine' },
    );
    const now = (await openSettings(options)).current();
    expect(now.appearance).toEqual({ value: 'contrast', origin: 'policy-file', fixed: true });
    expect(now.language).toEqual({ value: 'de', origin: 'person', fixed: false });
    expect(now.notifications).toEqual({ value: true, origin: 'default', fixed: false });
    expect(now.signer).toEqual({ value: signer('ana'), origin: 'policy-file', fixed: true });
    expect(now.dataDir).toEqual({ value: '/mine', origin: 'person', fixed: false });
    expect(now.modules).toEqual({ value: [], origin: 'default', fixed: false });
  });

  test('the demo sets what it needs, whoever else says otherwise', async () => {
    const demo = { signer: signer('ben'), modules: [], dataDir: '/demo' };
    const store = await openSettings({ ...files({ signer: signer('ana') }), demo });
    expect(store.current().signer).toEqual({ value: signer('ben'), origin: 'demo', fixed: true });
    expect(() => store.trustSigner(signer('eve'))).toThrowCode('settings_fixed');
  });

  test('without files there is no Signer', async () => {
    expect((await openSettings(files())).current().signer).toEqual({
      value: null,
      origin: 'default',
      fixed: false,
    });
  });
});

describe('what a person chooses', () => {
  test('is kept, for this person alone, and beside what was there', async () => {
    const options = files(undefined, { language: 'de' });
    const store = await openSettings(options);
    await Promise.all([store.set({ appearance: 'dark' }), store.set({ notifications: false })]);
    const path = join(options.state, 'settings.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      v: 1,
      appearance: 'dark',
      language: 'de',
      notifications: false,
    } satisfies StoredSettings);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await openSettings(options)).current().appearance.value).toBe('dark');
  });

  test('is refused where policy says so, whole', async () => {
    const store = await openSettings(files({ language: 'en' }));
    expect(() => store.set({ appearance: 'dark', language: 'de' })).toThrowCode('settings_fixed');
    expect(store.current().appearance.value).toBe('system');
  });
});

describe('files that cannot be used', () => {
  test.each([
    ['no JSON', '{'],
    ['a key twice', '{"v":1,"v":1}'],
    ['an unknown member', '{"v":1,"trustEverybody":true}'],
    ['another version', '{"v":2}'],
    ['an address with a user', JSON.stringify({ v: 1, signer: { ...signer('a'), url: 'https://a@b' } })],
    ['an address with a path', JSON.stringify({ v: 1, signer: { ...signer('a'), url: 'https://b/x?y' } })],
    ['a relative module', '{"v":1,"modules":[{"path":"evil.so"}]}'],
  ])('%s: a policy refuses, a person’s file is left alone', async (_, text) => {
    await expect(openSettings(files(text))).toRejectCode('file_malformed');
    const options = files(undefined, text);
    const store = await openSettings(options);
    expect(store.fault?.code).toBe('file_malformed');
    expect(store.current().signer.value).toBeNull();
    await expect(store.set({ appearance: 'dark' })).toRejectCode('file_malformed');
    expect(readFileSync(join(options.state, 'settings.json'), 'utf8')).toBe(text);
  });

  test('a policy that others may write is nobody’s word', async () => {
    const options = files({ signer: signer('eve') });
    chmodSync(options.policyFile, 0o666);
    await expect(openSettings(options)).toRejectCode('file_malformed');
  });

  test('a connection file is read strictly, and its absence says where it should lie', async () => {
    const options = files();
    const store = await openSettings(options);
    await expect(store.connection()).toRejectCode('file_missing');
    writeFileSync(join(options.state, 'connection.json'), JSON.stringify({ v: 1, signer: signer('ana') }));
    expect(await store.connection()).toEqual(signer('ana'));
    writeFileSync(
      join(options.state, 'connection.json'),
      JSON.stringify({ v: 1, signer: signer('ana'), and: 1 }),
    );
    await expect(store.connection()).toRejectCode('file_malformed');
  });
});
