// What a person calls a key of the Signer by: what it is for, where it lies and who holds it, told apart from its URI.
import { z } from 'zod';
import { Id } from '../name/names.ts';
import { SignerKey } from './directory.ts';

/**
 * The facts that a name for people is made of; the words are the pages'. `use` is null for a name that this directory does
 * not know. `token`: the beginning of the token's serial (`45c3…`), or its label where the name has no serial. `label`: the
 * name that the key itself bears: its object on a token (RFC 7512, 2.3), the last part of any other name.
 */
export const KeyTitle = z.strictObject({
  name: z.string().max(512),
  use: SignerKey.shape.use.nullable(),
  approvalOnly: z.boolean(),
  holder: Id.nullable(),
  provider: z.enum(['file', 'pkcs11', 'kms']),
  token: z.string().max(64).nullable(),
  label: z.string().max(512).nullable(),
});
export type KeyTitle = z.infer<typeof KeyTitle>;

const SHORT = 4;
const LONGEST_LABEL = 32;

/** Decoded where that makes plain ASCII; otherwise as it stands, so that no character hides in a name. */
function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    return /^[\x20-\x7e]+$/.test(plain) ? plain : text;
  } catch {
    return text; // a stray % is part of the name
  }
}

/** One attribute of a PKCS#11 URI's path. */
function attribute(path: string, name: string): string | null {
  const found = path.split(';').find((part) => part.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1) ?? '';
  return value === '' ? null : decoded(value);
}

function tokenOf(path: string): string | null {
  const serial = attribute(path, 'serial');
  if (serial !== null) return serial.length > SHORT + 1 ? `${serial.slice(0, SHORT)}…` : serial;
  const label = attribute(path, 'token');
  return label !== null && label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL)}…` : label;
}

const providers: readonly KeyTitle['provider'][] = ['pkcs11', 'kms'];

/** The title of the key with this name; `key` is what a directory says of it, undefined when it does not know the name. */
export function keyTitle(
  name: string,
  key: Pick<SignerKey, 'use' | 'approvalOnly' | 'holder'> | undefined,
): KeyTitle {
  const { use = null, approvalOnly = false, holder = null } = key ?? {};
  const at = name.indexOf(':');
  const path = name.slice(at + 1);
  const provider = providers.find((one) => one === name.slice(0, at)) ?? 'file';
  const about = { name, use, approvalOnly, holder, provider };
  if (provider === 'pkcs11') return { ...about, token: tokenOf(path), label: attribute(path, 'object') };
  return { ...about, token: null, label: path.split('/').findLast((part) => part !== '') ?? null };
}
