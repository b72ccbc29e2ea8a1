// What devices say in general: every status, odd getInfo replies, and WebAuthn's own vectors for authenticator data.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAuthenticatorData } from '../../native/ctap2/authdata.ts';
import { decodeMap, type Cbor, type CborMap } from '../../native/ctap2/cbor.ts';
import { checkAttestation, checkSignature } from '../../native/ctap2/checks.ts';
import { mapOf } from '../../native/ctap2/ctap2.ts';
import { parseInfo } from '../../native/ctap2/info.ts';
import { statusFault } from '../../native/ctap2/status.ts';
import { random, sha256 } from './devices.ts';

const hexBytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

describe('status codes', () => {
  test('all 255 are faults with a code; the number is kept; unknown ones say so', () => {
    const codes = new Map<string, number>();
    for (let status = 1; status < 256; status++) {
      const fault = statusFault(status);
      expect(fault.status).toBe(status);
      expect(fault.says.length).toBeGreaterThan(5);
      expect(fault.next.length).toBeGreaterThan(5);
      if (fault.detail.startsWith('unknown')) expect(fault.code).toBe('ctap_status');
      codes.set(fault.code, (codes.get(fault.code) ?? 0) + 1);
    }
    const known = Array.from({ length: 255 }, (_, at) => statusFault(at + 1)).filter((f) =>
      f.detail.startsWith('CTAP'),
    );
    expect(known.length).toBe(45);
    expect(codes.size).toBeGreaterThan(15);
  });

  test.each([
    [0x19, 'credential_excluded'],
    [0x27, 'touch_denied'],
    [0x2d, 'cancelled'],
    [0x2e, 'no_credential'],
    [0x2f, 'touch_denied'],
    [0x31, 'pin_invalid'],
    [0x32, 'pin_blocked'],
    [0x34, 'pin_auth_blocked'],
    [0x35, 'pin_not_set'],
    [0x36, 'pin_required'],
    [0x37, 'pin_policy'],
    [0x3c, 'uv_blocked'],
    [0x3f, 'uv_invalid'],
    [0xf3, 'ctap_status'],
  ])('0x%s is %s', (status, code) => {
    expect(statusFault(status).code).toBe(code);
  });
});

describe('getInfo', () => {
  // The first is python-fido2's own fixture; the second has a member that nobody knows.
  const yubikey =
    'a60182665532465f5632684649444f5f325f3002826375766d6b686d61632d7365637265740350f8a011f38c0a4d15800617111f9edc7d04a462726bf5627570f564706c6174f469636c69656e7450696ef4051904b0068101';
  const extra = `a7${yubikey.slice(2)}18631904d2`;

  test.each([yubikey, extra])('a reply of a known key is read', (hex) => {
    expect(parseInfo(decodeMap(hexBytes(hex)))).toMatchObject({
      versions: ['U2F_V2', 'FIDO_2_0'],
      extensions: ['uvm', 'hmac-secret'],
      aaguid: 'f8a011f3-8c0a-4d15-8006-17111f9edc7d',
      options: { rk: true, up: true, plat: false, clientPin: false },
      maxMsgSize: 1200,
      pinUvAuthProtocols: [1],
      minPINLength: 4,
    });
  });

  const base = { 1: ['FIDO_2_1'], 3: new Uint8Array(16) };
  test('what is left out has its default', () => {
    expect(parseInfo(mapOf(base))).toMatchObject({
      maxMsgSize: 1024,
      minPINLength: 4,
      forcePINChange: false,
      options: {},
    });
  });

  test('a minimum below the specification is raised to it', () => {
    expect(parseInfo(mapOf({ ...base, 13: 0 })).minPINLength).toBe(4);
    expect(parseInfo(mapOf({ ...base, 13: 8 })).minPINLength).toBe(8);
  });

  test('an option named __proto__ is only an option', () => {
    const info = parseInfo(mapOf({ ...base, 4: new Map<string, Cbor>([['__proto__', true]]) }));
    expect(Object.getPrototypeOf(info.options)).toBe(Object.prototype);
    expect(info.options['clientPin']).toBeUndefined();
  });

  test.each<[string, Record<number, Cbor>]>([
    ['no versions', { 3: new Uint8Array(16) }],
    ['an empty list of versions', { ...base, 1: [] }],
    ['numbers for versions', { ...base, 1: [1] }],
    ['a short AAGUID', { ...base, 3: new Uint8Array(15) }],
    ['options that are a list', { ...base, 4: [] }],
    ['a negative size', { ...base, 5: -1 }],
    ['text for protocols', { ...base, 6: ['1'] }],
    ['text for a boolean', { ...base, 12: 'no' }],
    ['a list that is not one', { ...base, 9: 'usb' }],
  ])('%s is malformed', (_name, members) => {
    expect(() => parseInfo(mapOf(members))).toThrowCode('malformed_reply');
  });
});

describe("WebAuthn's test vectors", () => {
  const text = readFileSync(new URL('../vectors/webauthn/test-vectors-section.txt', import.meta.url), 'utf8');
  const sections = text
    .split(/^## /m)
    .filter((section) => section.includes('attestationObject = h'))
    .map((section) => {
      const all = (name: string) =>
        [...section.matchAll(new RegExp(`^${name} = h'([0-9a-f]*)'`, 'gm'))].map(([, hex = '']) =>
          hexBytes(hex),
        );
      return { title: section.split(' ##')[0] ?? '', all };
    });

  test('there are fifteen or so, ES256 the most', () => {
    expect(sections.length).toBeGreaterThan(10);
  });

  test.each(sections)('$title', ({ title, all }) => {
    const [object] = all('attestationObject');
    const [createdJson, gotJson] = all('clientDataJSON');
    const [credentialId] = all('credential_id');
    const [assertionData] = all('authenticatorData');
    const [signature] = all('signature');
    if (!object || !createdJson) throw new Error('not a registration');
    const map = decodeMap(object) as ReadonlyMap<string, Cbor>;
    const data = map.get('authData') as Uint8Array;
    const isP256 = /ES256/.test(title) || /U2F|TPM|Android|Apple/i.test(title);
    let parsed: ReturnType<typeof parseAuthenticatorData>;
    try {
      parsed = parseAuthenticatorData(data);
    } catch (cause) {
      expect(isP256, `${title}: ${String(cause)}`).toBe(false); // only ES256 on P-256 is spoken here
      expect(cause).toHaveProperty('code', 'malformed_reply');
      return;
    }
    expect(parsed.rpIdHash).toEqual(sha256('example.org'));
    expect(parsed.attested?.credentialId).toEqual(credentialId);
    const attested = parsed.attested;
    if (!attested) throw new Error('no credential');
    const created = { rpId: 'example.org', clientDataHash: sha256(createdJson) };
    checkAttestation(map.get('fmt') as string, map.get('attStmt') as CborMap, data, attested, created);
    if (!assertionData || !signature || !gotJson) return;
    const got = { rpId: 'example.org', clientDataHash: sha256(gotJson) };
    expect(parseAuthenticatorData(assertionData).userPresent).toBe(true);
    checkSignature(attested.publicKey, assertionData, got, signature);
    const wrong = { ...got, clientDataHash: random(32) };
    expect(() => checkSignature(attested.publicKey, assertionData, wrong, signature)).toThrowCode(
      'signature_wrong',
    );
  });
});
