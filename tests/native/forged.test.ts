// What a device says is not believed: forged assertions and forged enrolments, each refused with its code.
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeCanonical, type Cbor, type CborMap } from '../../native/ctap2/cbor.ts';
import { Ctap2, mapOf } from '../../native/ctap2/ctap2.ts';
import { checkedAssertion, getAssertion, type AssertionWanted } from '../../native/ctap2/get-assertion.ts';
import { checkedCredential } from '../../native/ctap2/make-credential.ts';
import { parseInfo } from '../../native/ctap2/info.ts';
import { protocolTwo } from '../../native/ctap2/pin-protocol.ts';
import { Channel } from '../../native/ctaphid/channel.ts';
import { scriptedKey } from '../../native/replay/scripted-key.ts';
import { RP, bytesOf, operation, random, sha256 } from './devices.ts';

const hexBytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const publicKey = { alg: 'ecdsa-p256-sha256' as const, spki };
const id = random(32);
const clientDataHash = random(32);
const wanted: AssertionWanted = { rpId: RP, clientDataHash, allow: [{ id: random(16) }, { id, publicKey }] };

function authData(flags = 0x05, rpId = RP, tail: Uint8Array = new Uint8Array(0)): Uint8Array {
  const out = Buffer.alloc(37);
  out.set(sha256(rpId));
  out[32] = flags;
  out.writeUInt32BE(7, 33);
  return new Uint8Array(Buffer.concat([out, tail]));
}

const signed = (data: Uint8Array, key = pair.privateKey, hash = clientDataHash): Uint8Array =>
  new Uint8Array(sign('sha256', Buffer.concat([data, hash]), key));
const descriptor = (credential: Uint8Array): CborMap =>
  new Map<string, Cbor>([
    ['id', credential],
    ['type', 'public-key'],
  ]);
const reply = (data: Uint8Array, signature = signed(data), credential: Uint8Array | null = id): CborMap =>
  mapOf({ 1: credential ? descriptor(credential) : undefined, 2: data, 3: signature });

describe('forged assertions', () => {
  test('an honest one passes', () => {
    expect(checkedAssertion(reply(authData()), wanted)).toMatchObject({ counter: 7, credentialId: id });
  });

  test.each<[string, () => CborMap, string]>([
    [
      'by a credential that was not asked for',
      () => reply(authData(), undefined, random(32)),
      'malformed_reply',
    ],
    [
      'without a credential, though two were asked for',
      () => reply(authData(), undefined, null),
      'malformed_reply',
    ],
    ['for another rpId', () => reply(authData(0x05, 'evil.example')), 'malformed_reply'],
    ['with nobody present', () => reply(authData(0x04)), 'malformed_reply'],
    ['with nobody verified', () => reply(authData(0x01)), 'malformed_reply'],
    [
      'signed by another key',
      () => reply(authData(), signed(authData(), other.privateKey)),
      'signature_wrong',
    ],
    [
      'signed over other client data',
      () => reply(authData(), signed(authData(), pair.privateKey, random(32))),
      'signature_wrong',
    ],
    [
      'signed over another counter',
      () => reply(authData(), signed(authData(0x85, RP, hexBytes('a0')))),
      'signature_wrong',
    ],
    ['with a signature of no bytes', () => reply(authData(), new Uint8Array(0)), 'malformed_reply'],
    ['with raw r and s for a signature', () => reply(authData(), random(64)), 'signature_wrong'],
    ['with authenticator data cut short', () => reply(authData().subarray(0, 36)), 'malformed_reply'],
    ['with bytes left over', () => reply(authData(0x05, RP, Uint8Array.of(0))), 'malformed_reply'],
    ['with extensions that are not there', () => reply(authData(0x85)), 'malformed_reply'],
    ['with extensions that are no map', () => reply(authData(0x85, RP, Uint8Array.of(1))), 'malformed_reply'],
    ['with a new credential announced', () => reply(authData(0x45)), 'malformed_reply'],
    ['without a signature', () => mapOf({ 1: descriptor(id), 2: authData() }), 'malformed_reply'],
    ['with text for bytes', () => mapOf({ 1: descriptor(id), 2: 'text', 3: random(70) }), 'malformed_reply'],
    ['of nothing at all', () => mapOf({}), 'malformed_reply'],
  ])('one %s is refused', (_name, forged, code) => {
    expect(() => checkedAssertion(forged(), wanted)).toThrowCode(code);
  });

  test('a credential may be left out when one was asked for, and then must be that one', () => {
    const one = { ...wanted, allow: [{ id, publicKey }] };
    expect(checkedAssertion(reply(authData(), undefined, null), one).credentialId).toEqual(id);
    const forged = reply(authData(), signed(authData(), other.privateKey), null);
    expect(() => checkedAssertion(forged, one)).toThrowCode('signature_wrong');
  });

  /** A key that answers getAssertion with `total` credentials, and counts what else is asked. */
  async function several(total: number): Promise<{ next: number; outcome: string }> {
    let next = 0;
    const script = {
      message(
        command: number,
        payload: Uint8Array,
        answer: { message(command: number, payload: Uint8Array): void },
      ): void {
        if (payload[0] === 8) next++;
        const map = new Map(reply(authData()));
        if (payload[0] === 2) map.set(5, total);
        answer.message(command, new Uint8Array(Buffer.concat([Uint8Array.of(0), encodeCanonical(map)])));
      },
    };
    const op = operation();
    const channel = await Channel.open(await scriptedKey(script).open(), { random }, op);
    const token = { protocol: protocolTwo, authenticate: () => new Uint8Array(32), drop: () => undefined };
    const info = parseInfo(mapOf({ 1: ['FIDO_2_0'], 3: new Uint8Array(16) }));
    const outcome = await getAssertion(new Ctap2(channel), info, wanted, token, op).then(
      () => 'ok',
      (cause: unknown) => (cause as { code: string }).code,
    );
    await channel.close();
    return { next, outcome };
  }

  test.each([1, 2, 3, 4, 5])('of %i credentials the rest is fetched, exactly so often', async (total) => {
    expect(await several(total)).toEqual({ next: total - 1, outcome: 'ok' });
  });

  test('a thousand million credentials are not fetched', async () => {
    expect(await several(1e9)).toEqual({ next: 0, outcome: 'malformed_reply' });
  });
});

describe('forged enrolments', () => {
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  const coordinates: [number, Cbor][] = [
    [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
    [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
  ];
  const cose = (changes: [number, Cbor][] = []): Uint8Array =>
    encodeCanonical(new Map<number, Cbor>([[1, 2], [3, -7], [-1, 1], ...coordinates, ...changes]));
  const attested = (key = cose(), credential = id, length = credential.length): Uint8Array =>
    new Uint8Array(
      Buffer.concat([new Uint8Array(16), Uint8Array.of(length >> 8, length & 255), credential, key]),
    );
  const asked = { ...wanted, rpName: RP, userId: bytesOf('a'), userName: 'a', exclude: [] as Uint8Array[] };
  const made = (data: Uint8Array, fmt = 'packed', statement?: CborMap): CborMap =>
    mapOf({
      1: fmt,
      2: data,
      3:
        statement ??
        new Map<string, Cbor>([
          ['alg', -7],
          ['sig', signed(data)],
        ]),
    });
  const good = authData(0x45, RP, attested());

  test('an honest one passes', () => {
    expect(checkedCredential(made(good), asked)).toMatchObject({ publicKey, fmt: 'packed' });
  });

  test.each<[string, () => CborMap, string]>([
    ['for another rpId', () => made(authData(0x45, 'evil.example', attested())), 'malformed_reply'],
    ['with nobody verified', () => made(authData(0x41, RP, attested())), 'malformed_reply'],
    ['without a credential', () => made(authData(0x05)), 'malformed_reply'],
    [
      'with an id of no bytes',
      () => made(authData(0x45, RP, attested(cose(), new Uint8Array(0)))),
      'malformed_reply',
    ],
    [
      'with an id longer than the data',
      () => made(authData(0x45, RP, attested(cose(), id, 5000))),
      'malformed_reply',
    ],
    [
      'with a key of another algorithm',
      () => made(authData(0x45, RP, attested(cose([[3, -8]])))),
      'malformed_reply',
    ],
    [
      'with a key that is off the curve',
      () => made(authData(0x45, RP, attested(cose([[-3, random(32)]])))),
      'malformed_reply',
    ],
    [
      'with bytes after the key',
      () => made(authData(0x45, RP, new Uint8Array([...attested(), 0]))),
      'malformed_reply',
    ],
    [
      'attested by another key',
      () =>
        made(
          good,
          'packed',
          new Map<string, Cbor>([
            ['alg', -7],
            ['sig', signed(good, other.privateKey)],
          ]),
        ),
      'signature_wrong',
    ],
    [
      'attested without a signature',
      () => made(good, 'packed', new Map<string, Cbor>([['alg', -7]])),
      'malformed_reply',
    ],
    [
      'attested with a certificate of noise',
      () =>
        made(
          good,
          'packed',
          new Map<string, Cbor>([
            ['alg', -7],
            ['sig', signed(good)],
            ['x5c', [random(50)]],
          ]),
        ),
      'malformed_reply',
    ],
    [
      'attested with no certificates in the chain',
      () =>
        made(
          good,
          'packed',
          new Map<string, Cbor>([
            ['alg', -7],
            ['sig', signed(good)],
            ['x5c', []],
          ]),
        ),
      'malformed_reply',
    ],
    [
      'attested by another algorithm',
      () =>
        made(
          good,
          'packed',
          new Map<string, Cbor>([
            ['alg', -257],
            ['sig', signed(good)],
          ]),
        ),
      'malformed_reply',
    ],
  ])('one %s is refused', (_name, forged, code) => {
    expect(() => checkedCredential(forged(), asked)).toThrowCode(code);
  });

  test('one with the id of an old credential is refused', () => {
    expect(() => checkedCredential(made(good), { ...asked, exclude: [id] })).toThrowCode('malformed_reply');
  });
});
