// PIN protocols against values that others computed, the rules for a PIN's bytes, and the whole table of wrong PINs.
import fc from 'fast-check';
import { createECDH } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { agree, coseOf, ephemeral } from '../../native/ctap2/key-agreement.ts';
import { normalizedPin, paddedPin, pinHash } from '../../native/ctap2/pin.ts';
import { firstProtocol, protocolOne, protocolTwo } from '../../native/ctap2/pin-protocol.ts';
import { CURRENT } from '../../native/virtual/authenticator.ts';
import { count } from '../support/counts.ts';
import { PIN, bytesOf, enrol, enrolledKey, knows, random, setPin, use, virtualKey } from './devices.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

describe('PIN protocols', () => {
  // Values of python-fido2's and authenticator-rs' own tests.
  const secret = bytes('7452e599fee739d8a653f6a507343d12d382249108a651402520b72f24fe7684');
  const peer = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -25],
    [-1, 1],
    [-2, bytes('0501d5bc78da9252560a26cb08fcc60cbe0b6d3b8e1d1fcee514fac0af675168')],
    [-3, bytes('d551b3ed46f665731f95b4532939c25d91db7eb844bd96d4abd4083785f8df47')],
  ]);
  const shared = bytes('c42a039d548100dfba521e487debcbbb8b66bb7496f8b1862a7a395ed83e1a1c');

  test('one: shared secret, PIN hash and token as python-fido2 has them', () => {
    const pair = ephemeral(() => secret);
    const cose = coseOf(pair);
    expect([...cose.keys()]).toEqual([1, 3, -1, -2, -3]);
    expect(cose.get(3)).toBe(-25);
    expect(cose.get(-2)).toEqual(bytes('44d78d7989b97e62ea993496c9ef6e8fd58b8b00715f9a89153ddd9c4657e47f'));
    expect(agree(pair, peer, protocolOne)).toEqual(shared);
    expect(hex(protocolOne.encrypt(shared, pinHash(bytesOf('1234')), random))).toBe(
      'afe8327ce416da8ee3d057589c2ce1a9',
    );
    expect(hex(protocolOne.decrypt(shared, bytes('7a9f98e31b77be90f9c64d12e9635040')))).toBe(
      'aff12c6dcfbf9df52f7a09211e8865cd',
    );
  });

  test('one: new PIN and its authentication as authenticator-rs has them', () => {
    const key = bytes('82e3d841e25c5c13462c123cc3d3987865ba3d204674fbedd47ef5abab8d1372');
    const sealed = protocolOne.encrypt(key, paddedPin(bytesOf('1234')), random);
    expect(hex(sealed)).toBe(
      '70664bb581e257451a3ab91bf1aad8e45f6ce9b5c3b0f32b5ecd62d0ba3b605f' +
        'd9183166f6c5faf3e4da2481502cd0cee0158b351fc39208a77cb2744bd43cf9',
    );
    expect(hex(protocolOne.authenticate(key, sealed))).toBe('8e7f016997f3b0a27ba4347a0e49fdf5');
  });

  test('two: key derivation as authenticator-rs has it', () => {
    expect(hex(protocolTwo.kdf(new Uint8Array(32).fill(0xff)))).toBe(
      '570b4ed82aa5dfb49db79dbeaf4b315d8abb1a9867b245f3367026987c0d47a17d9a93c39baec741d141c6238d8e1846de323d8eed022cb397d19a73b98945e2',
    );
  });

  test('two: the IV goes in front, 32 bytes authenticate, what is sealed opens', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.integer({ min: 1, max: 8 }),
        (key, blocks) => {
          const plain = random(blocks * 16);
          const sealed = protocolTwo.encrypt(key, plain, random);
          expect(sealed.length).toBe(plain.length + 16);
          expect(protocolTwo.decrypt(key, sealed)).toEqual(plain);
          expect(protocolTwo.authenticate(key, plain).length).toBe(32);
        },
      ),
      { numRuns: count(200) },
    );
  });

  test('ciphertexts of impossible lengths are refused', () => {
    for (const length of [0, 1, 15, 16, 17, 31]) {
      expect(() => protocolTwo.decrypt(random(64), new Uint8Array(length))).toThrowCode('malformed_reply');
    }
    expect(() => protocolOne.decrypt(random(32), new Uint8Array(17))).toThrowCode('malformed_reply');
  });

  test('a point that is not on P-256 is refused', () => {
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    const off = new Map(peer).set(-3, random(32));
    expect(() => agree(pair, off, protocolTwo)).toThrowCode('malformed_reply');
    expect(() => agree(pair, new Map(peer).set(-2, random(31)), protocolTwo)).toThrowCode('malformed_reply');
    expect(() => agree(pair, new Map(peer).set(-1, 2), protocolTwo)).toThrowCode('malformed_reply');
  });

  test.each([
    [[2, 1], 2],
    [[1, 2], 1],
    [[1], 1],
    [[3, 2], 2],
  ])('of %j the first that both speak is %i', (offered, version) => {
    expect(firstProtocol(offered).version).toBe(version);
  });

  test('without one in common the device is unsuitable', () => {
    expect(() => firstProtocol([3])).toThrowCode('device_unsuitable');
    expect(() => firstProtocol([])).toThrowCode('device_unsuitable');
  });
});

describe("a PIN's bytes", () => {
  test('63 bytes are taken, 64 refused; code points count, not bytes', () => {
    expect(normalizedPin(bytesOf('x'.repeat(63)), 4).length).toBe(63);
    expect(() => normalizedPin(bytesOf('x'.repeat(64)), 4)).toThrowCode('pin_policy');
    expect(() => normalizedPin(bytesOf('😀😀😀'), 4)).toThrowCode('pin_policy');
    expect(normalizedPin(bytesOf('😀😀😀😀'), 4).length).toBe(16);
    expect(() => normalizedPin(bytesOf('1234567'), 8)).toThrowCode('pin_policy');
  });

  test('combining marks become NFC, so that the same PIN is the same bytes', () => {
    expect(hex(normalizedPin(bytesOf('cafe\u0301-1'), 4))).toBe(hex(bytesOf('caf\u00e9-1')));
  });

  test('what is not UTF-8, or holds a zero, is refused, and the fault does not repeat it', () => {
    for (const bad of [Uint8Array.of(0xff, 0xfe, 0x41, 0x42), Uint8Array.of(0x31, 0, 0x32, 0x33)]) {
      try {
        normalizedPin(bad, 4);
        expect.unreachable();
      } catch (cause) {
        expect(cause).toHaveProperty('code', 'pin_policy');
        expect(String(cause)).not.toContain('12');
      }
    }
  });
});

describe('wrong PINs', () => {
  const wrong = (key: Parameters<typeof enrol>[0]): Promise<unknown> =>
    enrol(key, 'signer.example', 'wrong-pin').catch((cause: unknown) => cause);
  const retries = (key: Parameters<typeof enrol>[0]) => use(key, (each, op) => each.summary(op));

  test('the whole table: 31 31 34, replug, 31 31 34, replug, 31 32, and then nothing helps', async () => {
    const key = virtualKey();
    await setPin(key);
    const seen: unknown[] = [];
    const replug = (): void => (key.unplug(), key.plug());
    for (const step of [
      'w',
      'w',
      'w',
      'blocked',
      'right',
      'replug',
      'w',
      'w',
      'w',
      'replug',
      'w',
      'w',
      'replug',
      'right',
    ]) {
      if (step === 'replug') {
        replug();
        continue;
      }
      const fault = step === 'right' ? await enrol(key).catch((cause: unknown) => cause) : await wrong(key);
      const { pinRetries, replugFirst } = await retries(key);
      seen.push([(fault as { code?: string }).code, pinRetries, replugFirst]);
    }
    expect(seen).toEqual([
      ['pin_invalid', 7, false],
      ['pin_invalid', 6, false],
      ['pin_auth_blocked', 5, true],
      ['pin_auth_blocked', 5, true], // no further try is spent
      ['pin_auth_blocked', 5, true], // not even on the right PIN
      ['pin_invalid', 4, false],
      ['pin_invalid', 3, false],
      ['pin_auth_blocked', 2, true],
      ['pin_invalid', 1, false],
      ['pin_blocked', 0, false],
      ['pin_blocked', 0, false],
    ]);
  });

  test('a right PIN gives all tries back, over a restart too', async () => {
    const { key } = await enrolledKey();
    await wrong(key);
    await wrong(key);
    expect((await retries(key)).pinRetries).toBe(6);
    await enrol(key, 'other.example');
    expect((await retries(key)).pinRetries).toBe(8);
  });

  test('the fault says how many tries are left, and never the PIN', async () => {
    const { key } = await enrolledKey();
    const fault = await wrong(key);
    expect(fault).toMatchObject({ code: 'pin_invalid', detail: '7 tries left', status: 0x31 });
    expect(JSON.stringify(fault) + String((fault as Error).stack)).not.toContain('wrong-pin');
  });

  test('tries are read before the PIN is asked for, and the person is told', async () => {
    const { key } = await enrolledKey();
    await wrong(key);
    const asked: string[] = [];
    const wanted = {
      rpId: 'x.example',
      rpName: 'x',
      userId: bytesOf('u'),
      userName: 'u',
      clientDataHash: random(32),
      exclude: [],
    };
    await use(key, (each, op) => each.makeCredential(wanted, knows(PIN, asked), op));
    expect(asked).toEqual(['current:7']);
  });

  test('in random flows each submission costs exactly one try, and nothing else does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('wrong', 'right', 'replug', 'info'), { maxLength: 12 }),
        async (steps) => {
          const key = virtualKey();
          await setPin(key);
          let left = 8;
          let row = 0;
          for (const step of steps) {
            if (step === 'replug') {
              key.unplug();
              key.plug();
              row = 0;
            } else if (step !== 'info') {
              const submitted = left > 0 && row < 3;
              if (step === 'wrong') await wrong(key);
              else await enrol(key).catch(() => undefined);
              if (submitted && step === 'wrong') [left, row] = [left - 1, row + 1];
              if (submitted && step === 'right') [left, row] = [8, 0];
            }
            expect((await retries(key)).pinRetries).toBe(left);
          }
        },
      ),
      { numRuns: count(100) },
    );
  });

  test('a change needs the old PIN, and costs a try when it is wrong', async () => {
    const { key } = await enrolledKey();
    const change = (current: string, next: string) =>
      use(key, (each, op) =>
        each.changePin(async ({ purpose }) => bytesOf(purpose === 'new' ? next : current), op),
      );
    await expect(change('not-it', 'new-pin-1')).toRejectCode('pin_invalid');
    expect((await retries(key)).pinRetries).toBe(7);
    await expect(change(PIN, 'abc')).toRejectCode('pin_policy');
    await change(PIN, 'new-pin-1');
    await expect(enrol(key)).toRejectCode('pin_invalid');
    await enrol(key, 'signer.example', 'new-pin-1');
  });

  test('a first PIN is set once, and obeys the length that the device asks for', async () => {
    const key = virtualKey({ profile: { ...CURRENT, minPinLength: 8 } });
    await expect(enrol(key)).toRejectCode('pin_not_set');
    await expect(setPin(key, '1234567')).toRejectCode('pin_policy');
    await setPin(key, '12345678');
    await expect(setPin(key, '12345678')).toRejectCode('device_unsuitable');
  });

  test('a forced change comes before any use', async () => {
    const key = virtualKey({ profile: { ...CURRENT, forcePinChange: true } });
    await setPin(key);
    await expect(enrol(key)).toRejectCode('pin_change_required');
  });

  test.each([[[1]], [[2]], [[1, 2]], [[2, 1]]] as [(1 | 2)[]][])(
    'a key with protocols %j takes its PIN',
    async (protocols) => {
      const key = virtualKey({ profile: { ...CURRENT, protocols } });
      await setPin(key);
      await expect(enrol(key, 'signer.example', 'wrong-pin')).toRejectCode('pin_invalid');
      await enrol(key);
    },
  );

  test('a CTAP 2.0 key without permissions takes getPinToken', async () => {
    const key = virtualKey({
      profile: { ...CURRENT, versions: ['FIDO_2_0'], protocols: [1], permissions: false },
    });
    await setPin(key);
    const made = await enrol(key);
    const allow = [{ id: made.credentialId, publicKey: made.publicKey }];
    const wanted = { rpId: 'signer.example', clientDataHash: random(32), allow };
    expect((await use(key, (each, op) => each.getAssertion(wanted, knows(PIN), op))).counter).toBe(1);
    await use(key, (each, op) => each.select(op));
  });
});
