// The PKCS#11 driver: one module, the calls of its table.
import type { OutputOf } from '../../contract/driver/messages.ts';
import type { Pkcs11Config, Token, TokenKey } from '../../contract/driver/pkcs11.ts';
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Deps, Driver } from '../host/context.ts';
import type { Handlers } from '../host/handlers.ts';
import { CKA, type Handle } from './cryptoki.ts';
import { cryptokiFault } from './errors.ts';
import { generate } from './generate.ts';
import { Logins } from './logins.ts';
import { loadModule, type Module } from './module.ts';
import { attribute, attributesOf, findKeys, only, p256Of, textOf, type Session } from './objects.ts';
import { sign } from './sign.ts';
import { tokensOf } from './tokens.ts';
import { keyUri, parseKeyUri } from './uri.ts';

function keyOf(session: Session, token: Token, object: Handle): TokenKey | undefined {
  const publicKey = p256Of(session, object);
  const id = attribute(session, object, CKA.ID);
  if (!publicKey || !id || id.length === 0 || id.length > 64) return undefined; // not a key that could be named
  const [privateKey, another] = findKeys(session, 'private', id);
  const attributes = privateKey && !another ? { attributes: attributesOf(session, privateKey) } : {};
  return {
    uri: keyUri(token.serial, id),
    id,
    label: textOf(session, object, CKA.LABEL),
    publicKey,
    ...attributes,
  };
}

/** The one key pair under an id, as it is now. Half a pair is not a key, and must not be passed over either. */
function keyUnder(session: Session, serial: string, id: Uint8Array): OutputOf<'pkcs11', 'key'>['key'] {
  const privateKeys = findKeys(session, 'private', id);
  const publicKeys = findKeys(session, 'public', id);
  if (privateKeys.length + publicKeys.length === 0) return null;
  const privateKey = only(privateKeys, 'private key under the id');
  const object = only(publicKeys, 'public key under the id');
  const publicKey = p256Of(session, object);
  if (!publicKey) throw new DeviceFault('device_unsuitable', 'the key is not on P-256');
  const attributes = attributesOf(session, privateKey);
  return { uri: keyUri(serial, id), id, label: textOf(session, object, CKA.LABEL), publicKey, attributes };
}

function describe({ cryptoki, sha256 }: Module): {
  manufacturer: string;
  description: string;
  version: string;
  sha256: string;
  slots: number;
} {
  try {
    const { manufacturerID, libraryDescription, libraryVersion } = cryptoki.C_GetInfo();
    return {
      manufacturer: manufacturerID.trimEnd(),
      description: libraryDescription.trimEnd(),
      version: `${libraryVersion.major}.${libraryVersion.minor}`,
      sha256,
      slots: cryptoki.C_GetSlotList(true).length,
    };
  } catch (cause) {
    throw cryptokiFault(cause, 'C_GetInfo');
  }
}

/** The handlers over a module that is loaded. */
export function handlersOf(module: Module, logins: Logins): Handlers<'pkcs11'> {
  return {
    tokens: async (_input, context) => ({
      tokens: await logins.bare(context, (cryptoki) => tokensOf(cryptoki).map(({ token }) => token)),
    }),
    keys: async ({ token: serial }, context) => ({
      keys: await logins.reading(context, serial, (session, token) =>
        findKeys(session, 'public')
          .map((object) => keyOf(session, token, object))
          .filter((key) => key !== undefined),
      ),
    }),
    sign: ({ key, message }, context) => {
      const name = parseKeyUri(key);
      return logins.loggedIn(context, name.serial, name, (session) =>
        sign(session, name, message, context.operation),
      );
    },
    key: ({ token: serial, id }, context) =>
      logins.loggedIn(context, serial, {}, async (session) => ({ key: keyUnder(session, serial, id) })),
    generate: ({ token, id, label }, context) =>
      logins.loggedIn(context, token, {}, (session) => generate(session, token, id, label)),
    module: (_input, context) => logins.bare(context, () => describe(module)),
  };
}

/** Loads the module that the configuration names. DeviceFault `driver_missing` when it cannot be had. */
export async function openPkcs11(config: Pkcs11Config, _deps: Deps): Promise<Driver<Handlers<'pkcs11'>>> {
  const module = await loadModule(config);
  const logins = new Logins(module.cryptoki, config.keepLogin ?? false);
  return { handlers: handlersOf(module, logins), close: async () => logins.close() };
}
