// Objects on a token: finding them, and reading attributes one by one, since tokens differ in what they know.
import type { KeyAttributes } from '../../core/key/attributes.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { PublicKey } from '../../core/key/crypto.ts';
import { CKA, CKK_EC, CKO, type Cryptoki, type Handle } from './cryptoki.ts';
import { P256_PARAMETERS, publicKeyOf } from './ecdsa.ts';
import { cryptokiFault, returnValue, Rv } from './errors.ts';

type Template = { type: number; value?: number | boolean | string | Buffer }[];

const BATCH = 64;
const MOST_OBJECTS = 4096;

/** A session on a token, and the functions to use it with. */
export interface Session {
  readonly cryptoki: Cryptoki;
  readonly handle: Handle;
}

/** Handles of all objects that match. */
export function find({ cryptoki, handle }: Session, template: Template): Handle[] {
  const found: Handle[] = [];
  try {
    cryptoki.C_FindObjectsInit(handle, template);
    try {
      for (;;) {
        const some = cryptoki.C_FindObjects(handle, BATCH);
        found.push(...some);
        if (some.length < BATCH || found.length >= MOST_OBJECTS) return found;
      }
    } finally {
      cryptoki.C_FindObjectsFinal(handle);
    }
  } catch (cause) {
    throw cryptokiFault(cause, 'C_FindObjects');
  }
}

/** EC keys of a class, by CKA_ID and label where they are given. */
export function findKeys(
  session: Session,
  kind: 'public' | 'private',
  id?: Uint8Array,
  label?: string,
): Handle[] {
  return find(session, [
    { type: CKA.CLASS, value: kind === 'public' ? CKO.PUBLIC_KEY : CKO.PRIVATE_KEY },
    { type: CKA.KEY_TYPE, value: CKK_EC },
    ...(id === undefined ? [] : [{ type: CKA.ID, value: Buffer.from(id) }]),
    ...(label === undefined ? [] : [{ type: CKA.LABEL, value: label }]),
  ]);
}

/** The one object of several. `key_not_found` for none, `key_ambiguous` for more than one. */
export function only(found: readonly Handle[], what: string): Handle {
  const [first] = found;
  if (!first) throw new DeviceFault('key_not_found', `no ${what}`);
  if (found.length > 1) throw new DeviceFault('key_ambiguous', `${found.length} ${what}s`);
  return first;
}

/** An attribute's value; undefined where the token does not know or tell it. */
export function attribute(
  { cryptoki, handle }: Session,
  object: Handle,
  type: number,
): Uint8Array | undefined {
  try {
    const [first] = cryptoki.C_GetAttributeValue(handle, object, [{ type }]);
    return first && new Uint8Array(first.value);
  } catch (cause) {
    const value = returnValue(cause);
    if (value === Rv.ATTRIBUTE_TYPE_INVALID || value === Rv.ATTRIBUTE_SENSITIVE) return undefined;
    throw cryptokiFault(cause, 'C_GetAttributeValue');
  }
}

/** A boolean attribute; one that the token does not know is false. */
function flag(session: Session, object: Handle, type: number): boolean {
  return attribute(session, object, type)?.[0] === 1;
}

/** Where a private key was made, and whether it can leave. */
export function attributesOf(session: Session, key: Handle): KeyAttributes {
  const is = (type: number): boolean => flag(session, key, type);
  return {
    sensitive: is(CKA.SENSITIVE),
    alwaysSensitive: is(CKA.ALWAYS_SENSITIVE),
    // not known counts as the worse answer
    extractable: attribute(session, key, CKA.EXTRACTABLE)?.[0] !== 0,
    neverExtractable: is(CKA.NEVER_EXTRACTABLE),
    local: is(CKA.LOCAL),
    wrap: is(CKA.WRAP),
    unwrap: is(CKA.UNWRAP),
    sign: is(CKA.SIGN),
    alwaysAuthenticate: is(CKA.ALWAYS_AUTHENTICATE),
  };
}

/** The public key object's key; undefined when it is not on P-256. */
export function p256Of(session: Session, object: Handle): PublicKey | undefined {
  const parameters = attribute(session, object, CKA.EC_PARAMS);
  const point = attribute(session, object, CKA.EC_POINT);
  if (!parameters || !point || !P256_PARAMETERS.equals(parameters)) return undefined;
  return publicKeyOf(point);
}

/** A text attribute, for people. */
export function textOf(session: Session, object: Handle, type: number): string {
  return Buffer.from(attribute(session, object, type) ?? [])
    .toString('utf8')
    .slice(0, 512);
}
