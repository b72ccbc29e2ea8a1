// Making a P-256 key on a token that can never leave it, and reading back that this is so.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { TokenKey } from '../../contract/driver/pkcs11.ts';
import { weaknessOf } from '../../core/key/attributes.ts';
import { CKA, CKM, type Handle } from './cryptoki.ts';
import { P256_PARAMETERS } from './ecdsa.ts';
import { cryptokiFault, returnValue } from './errors.ts';
import { attributesOf, findKeys, p256Of, type Session } from './objects.ts';
import { keyUri } from './uri.ts';

interface Pair {
  readonly privateKey: Handle;
  readonly publicKey: Handle;
}

async function makePair({ cryptoki, handle }: Session, id: Uint8Array, label: string): Promise<Pair> {
  const name = [
    { type: CKA.TOKEN, value: true },
    { type: CKA.ID, value: Buffer.from(id) },
    { type: CKA.LABEL, value: label },
  ];
  const publicTemplate = [
    ...name,
    { type: CKA.PRIVATE, value: false },
    { type: CKA.VERIFY, value: true },
    { type: CKA.EC_PARAMS, value: P256_PARAMETERS },
  ];
  const privateTemplate = [
    ...name,
    { type: CKA.PRIVATE, value: true },
    { type: CKA.SENSITIVE, value: true },
    { type: CKA.EXTRACTABLE, value: false },
    { type: CKA.SIGN, value: true },
    { type: CKA.DERIVE, value: false },
    { type: CKA.UNWRAP, value: false },
  ];
  try {
    const mechanism = { mechanism: CKM.EC_KEY_PAIR_GEN };
    return await cryptoki.C_GenerateKeyPairAsync(handle, mechanism, publicTemplate, privateTemplate);
  } catch (cause) {
    throw cryptokiFault(cause, 'C_GenerateKeyPair');
  }
}

function destroy({ cryptoki, handle }: Session, pair: Pair): void {
  for (const object of [pair.privateKey, pair.publicKey]) {
    try {
      cryptoki.C_DestroyObject(handle, object);
    } catch (cause) {
      if (returnValue(cause) === undefined) throw cryptokiFault(cause, 'C_DestroyObject');
    }
  }
}

/**
 * A new key under an id that is free. DeviceFault `key_ambiguous` when the id is taken, `key_unprotected` when what
 * the token made could leave it (the key is destroyed then), and what Cryptoki says.
 */
export async function generate(
  session: Session,
  serial: string,
  id: Uint8Array,
  label: string,
): Promise<TokenKey> {
  if (findKeys(session, 'private', id).length + findKeys(session, 'public', id).length > 0) {
    throw new DeviceFault('key_ambiguous', 'the id is taken');
  }
  const pair = await makePair(session, id, label);
  const attributes = attributesOf(session, pair.privateKey);
  const publicKey = p256Of(session, pair.publicKey);
  const weak = weaknessOf(attributes);
  if (weak !== undefined || !publicKey) {
    destroy(session, pair);
    throw new DeviceFault('key_unprotected', weak ?? 'the public key is not on P-256');
  }
  return { uri: keyUri(serial, id), id, label, publicKey, attributes };
}
