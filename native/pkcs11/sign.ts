// Signing with a token's key: one hash, one C_Sign, checked with the public key before anybody sees it.
import { createHash } from 'node:crypto';
import type { OutputOf } from '../../contract/driver/messages.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { checkOperation, type Operation } from '../ctaphid/deadline.ts';
import { CKM, type Handle } from './cryptoki.ts';
import { toDer } from './ecdsa.ts';
import { cryptokiFault } from './errors.ts';
import type { LoggedIn } from './logins.ts';
import { attributesOf, findKeys, only, p256Of } from './objects.ts';
import type { KeyName } from './uri.ts';

const RAW_SIGNATURE = 64;

interface Pair {
  readonly privateKey: Handle;
  readonly publicKey: PublicKey;
}

function pairOf(session: LoggedIn, name: KeyName): Pair {
  const privateKey = only(findKeys(session, 'private', name.id, name.object), 'private key');
  const publicObject = only(findKeys(session, 'public', name.id), 'public key beside the private one');
  const publicKey = p256Of(session, publicObject);
  if (!publicKey) throw new DeviceFault('device_unsuitable', 'the key is not on P-256');
  return { privateKey, publicKey };
}

/** C_SignInit, the login that some keys want for each signature, C_Sign: with nothing in between. */
async function rawSignature(
  session: LoggedIn,
  key: Handle,
  digest: Uint8Array,
  pin?: Uint8Array,
): Promise<Uint8Array> {
  const { cryptoki, handle } = session;
  try {
    cryptoki.C_GetMechanismInfo(session.slot, CKM.ECDSA);
    cryptoki.C_SignInit(handle, { mechanism: CKM.ECDSA }, key);
    if (pin) session.relogin(pin);
    return await cryptoki.C_SignAsync(handle, Buffer.from(digest), Buffer.alloc(RAW_SIGNATURE));
  } catch (cause) {
    throw cryptokiFault(cause, 'C_Sign');
  }
}

/**
 * An ECDSA P-256 signature over SHA-256 of the message, in DER. A fault after C_Sign began says nothing about whether
 * the token signed; it is never tried again here.
 * DeviceFault: `key_not_found`, `key_ambiguous`, `device_unsuitable`, `signature_wrong`, and what Cryptoki says.
 */
export async function sign(
  session: LoggedIn,
  name: KeyName,
  message: Uint8Array,
  operation: Operation,
): Promise<OutputOf<'pkcs11', 'sign'>> {
  const { privateKey, publicKey } = pairOf(session, name);
  const pin = attributesOf(session, privateKey).alwaysAuthenticate ? await session.pin() : undefined;
  checkOperation(operation, 'before C_Sign');
  const digest = createHash('sha256').update(message).digest();
  const signature = toDer(await rawSignature(session, privateKey, digest, pin));
  if (!nodeCrypto.verify(publicKey, message, signature))
    throw new DeviceFault('signature_wrong', 'of the HSM');
  if (operation.signal.aborted) throw new DeviceFault('cancelled', 'the signature was made and thrown away');
  operation.deadline.check('the signature was made and thrown away');
  return { signature, publicKey };
}
