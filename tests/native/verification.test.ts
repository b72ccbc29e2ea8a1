// Keys that verify the person themselves: their own verification first, the PIN only when they no longer offer it.
import { describe, expect, test } from 'vitest';
import { encodeCanonical, decodeMap, type Cbor } from '../../native/ctap2/cbor.ts';
import { mapOf, type Parameters } from '../../native/ctap2/ctap2.ts';
import { agree, coseOf, ephemeral } from '../../native/ctap2/key-agreement.ts';
import { protocolTwo } from '../../native/ctap2/pin-protocol.ts';
import { Command } from '../../native/ctaphid/frame.ts';
import { initReply, scriptedKey, type Answerer } from '../../native/replay/scripted-key.ts';
import { RP, bytesOf, random, sha256, use } from './devices.ts';

const id = random(16);

/** A key with a fingerprint reader: `uv` is the status of each attempt at it, 0 for a token. */
function fingerprintKey(uv: number, uvRetries: number, noted: string[]) {
  const pair = ephemeral(random);
  const data = new Uint8Array(Buffer.concat([sha256(RP), Uint8Array.of(5, 0, 0, 0, 1)]));
  const descriptor = new Map<string, Cbor>([
    ['id', id],
    ['type', 'public-key'],
  ]);
  const token = (request: ReadonlyMap<number | string, Cbor>): Parameters => {
    const shared = agree(pair, request.get(3) as ReadonlyMap<number | string, Cbor>, protocolTwo);
    return { 2: protocolTwo.encrypt(shared, new Uint8Array(32).fill(1), random) };
  };
  const pinReply = (request: ReadonlyMap<number | string, Cbor>): Parameters | number => {
    const sub = request.get(2) as number;
    if (sub === 2) return { 1: coseOf(pair) };
    noted.push(`sub ${sub}`);
    if (sub === 1) return { 3: 8 };
    if (sub === 7) return { 5: uvRetries };
    if (sub === 6 && uv !== 0) return uv;
    expect(request.get(9)).toBe(2); // ga and nothing else
    expect(request.get(10)).toBe(RP);
    return token(request);
  };
  const options = new Map<string, Cbor>([
    ['uv', true],
    ['clientPin', true],
    ['pinUvAuthToken', true],
  ]);
  return scriptedKey({
    message(_command, payload, answer: Answerer) {
      const request = payload.length > 1 ? decodeMap(payload.subarray(1)) : new Map<number, Cbor>();
      if (payload[0] === 2) {
        const asked = request.get(5);
        expect(asked instanceof Map && asked.has('uv')).toBe(false); // never together with pinUvAuthParam
      }
      const reply =
        payload[0] === 4
          ? { 1: ['FIDO_2_1'], 3: new Uint8Array(16), 4: options, 6: [2] }
          : payload[0] === 6
            ? pinReply(request)
            : { 1: descriptor, 2: data, 3: random(70) };
      const body = typeof reply === 'number' ? Uint8Array.of(reply) : [0, ...encodeCanonical(mapOf(reply))];
      answer.message(Command.CBOR, Uint8Array.from(body));
    },
  });
}

describe('verification by the key itself', () => {
  const wanted = { rpId: RP, clientDataHash: random(32), allow: [{ id }] };
  const run = async (uv: number, noted: string[], uvRetries = 2): Promise<number> => {
    let pins = 0;
    const askPin = async (): Promise<Uint8Array> => {
      pins++;
      return bytesOf('1234');
    };
    await use(fingerprintKey(uv, uvRetries, noted), (key, op) => key.getAssertion(wanted, askPin, op));
    return pins;
  };

  test('comes first, and no PIN is asked for', async () => {
    const noted: string[] = [];
    expect(await run(0, noted)).toBe(0);
    expect(noted).toEqual(['sub 6']);
  });

  test('falls back to the PIN when it is blocked', async () => {
    const noted: string[] = [];
    expect(await run(0x3c, noted)).toBe(1);
    expect(noted).toEqual(['sub 6', 'sub 1', 'sub 9']);
  });

  test('a finger that was not recognized ends the call, with the tries that are left; nothing is tried again', async () => {
    const noted: string[] = [];
    await expect(run(0x3f, noted)).rejects.toMatchObject({
      code: 'uv_invalid',
      detail: '2 tries left',
      status: 0x3f,
    });
    expect(noted).toEqual(['sub 6', 'sub 7']);
  });
});

describe('keys without FIDO2', () => {
  test('a U2F-only key is unsuitable, and says so', async () => {
    const script = {
      init: (nonce: Uint8Array, answer: Answerer) => answer.message(Command.INIT, initReply(nonce, 9, 0x01)),
      message: () => undefined,
    };
    const asked = use(scriptedKey(script), async () => undefined);
    await expect(asked).rejects.toMatchObject({
      code: 'device_unsuitable',
      detail: expect.stringContaining('U2F'),
    });
  });
});
