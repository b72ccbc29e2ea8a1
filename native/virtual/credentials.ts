// The virtual key's credentials: made, found by id and rpId, and used to sign with a counter that only goes up.
import { createHash, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { encodeCanonical, type Cbor } from '../ctap2/cbor.ts';
import type { Random } from '../ctaphid/channel.ts';
import { Failure, Say } from './failure.ts';
import type { Store, StoredCredential } from './store.ts';

const MOST_CREDENTIALS = 1000;

/** Marks credentials of this virtual key; no other product uses it. */
export const AAGUID = Buffer.from('b5d7a1e0c02f4f5d9f3a56495254554c', 'hex');

const Flag = { UP: 0x01, UV: 0x04, AT: 0x40 } as const;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function coseKey(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: 'jwk' });
  return encodeCanonical(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x ?? '', 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y ?? '', 'base64url'))],
    ]),
  );
}

function header(rpId: string, flags: number, counter: number): Buffer {
  const out = Buffer.alloc(37);
  createHash('sha256').update(rpId).digest().copy(out);
  out[32] = flags;
  out.writeUInt32BE(counter, 33);
  return out;
}

/** What was made: authenticator data and the packed self attestation's signature. */
export interface Made {
  readonly authData: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Answered extends Made {
  readonly id: Uint8Array;
}

const flagsOf = (up: boolean, uv: boolean): number => (up ? Flag.UP : 0) | (uv ? Flag.UV : 0);

export class Credentials {
  readonly #store: Store;
  readonly #random: Random;

  constructor(store: Store, random: Random) {
    this.#store = store;
    this.#random = random;
  }

  /** The first credential of this rpId among the ids. */
  find(rpId: string, ids: readonly Uint8Array[]): StoredCredential | undefined {
    const wanted = new Set(ids.map(base64));
    return this.#store.state.credentials.find(
      (credential) => credential.rpId === rpId && wanted.has(credential.id),
    );
  }

  /** A new ES256 credential, on disk before it is told of. */
  make(rpId: string, user: { id: Uint8Array; name: string }, uv: boolean, clientDataHash: Uint8Array): Made {
    const { credentials } = this.#store.state;
    if (credentials.length >= MOST_CREDENTIALS) throw new Failure(Say.KEY_STORE_FULL);
    const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const id = this.#random(32);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const flags = flagsOf(true, uv) | Flag.AT;
    const authData = Buffer.concat([header(rpId, flags, 0), AAGUID, length, id, coseKey(pair.publicKey)]);
    const privateKey = base64(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
    const made = {
      id: base64(id),
      rpId,
      userId: base64(user.id),
      userName: user.name,
      privateKey,
      counter: 0,
    };
    this.#store.update({ credentials: [...credentials, made] });
    return {
      authData,
      signature: sign('sha256', Buffer.concat([authData, clientDataHash]), pair.privateKey),
    };
  }

  /** An assertion. With a touch the counter goes up first, on disk; without one nothing changes. */
  answer(credential: StoredCredential, up: boolean, uv: boolean, clientDataHash: Uint8Array): Answered {
    const counter = up ? credential.counter + 1 : credential.counter;
    if (up) {
      const credentials = this.#store.state.credentials.map((each) =>
        each.id === credential.id ? { ...each, counter } : each,
      );
      this.#store.update({ credentials });
    }
    const authData = header(credential.rpId, flagsOf(up, uv), counter);
    const der = Buffer.from(credential.privateKey, 'base64');
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const signature = sign('sha256', Buffer.concat([authData, clientDataHash]), key);
    return { id: new Uint8Array(Buffer.from(credential.id, 'base64')), authData, signature };
  }
}
