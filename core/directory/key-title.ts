// What a person calls a key of the Signer by: what it is for, whose it is, and the least of its URI that tells it from all others.
import { z } from 'zod';
import { Id } from '../name/names.ts';
import { SignerKey } from './directory.ts';

/**
 * The facts that a name for people is made of; the words are the pages'. `use` is null for a name that the directory does
 * not know. `tail`: the shortest of the key's names at its place that is no name of another key of the directory.
 */
export const KeyTitle = z.strictObject({
  name: z.string().max(512),
  use: SignerKey.shape.use.nullable(),
  approvalOnly: z.boolean(),
  holder: Id.nullable(),
  place: z.enum(['hsm', 'kms', 'file']),
  tail: z.string().max(1100),
});
export type KeyTitle = z.infer<typeof KeyTitle>;

const places: Readonly<Record<string, KeyTitle['place']>> = { pkcs11: 'hsm', kms: 'kms', file: 'file' };

/** How many digits of a CKA_ID are shown at first, and how many more wherever those are not enough. */
const DIGITS = 4;

const schemeOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')));

/** An attribute of a PKCS#11 URI's path (RFC 7512, 2.3), as it is written there. */
function attribute(name: string, wanted: string): string | undefined {
  const path = name.slice('pkcs11:'.length).split('?')[0] ?? '';
  const found = path.split(';').find((part) => part.startsWith(`${wanted}=`));
  return found?.slice(wanted.length + 1) || undefined;
}

/** Percent-encoded printable ASCII as itself; whatever else is encoded stays so: no character hides in a name. */
const plain = (text: string): string =>
  text.replaceAll(/%([2-7][0-9A-Fa-f])/g, (whole, hex: string) =>
    hex.toLowerCase() === '7f' ? whole : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** The bytes of a percent-encoded text as hex; characters that stand for themselves count as their own byte. */
const hexOf = (text: string): string =>
  text.replaceAll(
    /%([0-9A-Fa-f]{2})|([\x20-\x7e])/g,
    (_, hex: string | undefined, char: string | undefined) =>
      (hex ?? char?.charCodeAt(0).toString(16).padStart(2, '0') ?? '').toLowerCase(),
  );

function formsInToken(name: string): string[] {
  const [label, id] = [attribute(name, 'object'), attribute(name, 'id')];
  const token = attribute(name, 'token') ?? attribute(name, 'serial');
  const forms: string[] = [];
  if (label !== undefined) {
    forms.push(plain(label));
    if (token !== undefined) forms.push(`${plain(label)} @ ${plain(token)}`);
  }
  const hex = id === undefined ? '' : hexOf(id);
  for (let shown = DIGITS; shown < hex.length; shown += DIGITS) forms.push(`${hex.slice(0, shown)}…`);
  if (hex !== '') forms.push(hex);
  if (label === undefined && hex === '' && token !== undefined) forms.push(plain(token));
  return forms;
}

/** From the shortest form to the whole name. */
function formsOf(name: string): string[] {
  if (schemeOf(name) === 'pkcs11') return [...formsInToken(name), name];
  const rest = name.slice(schemeOf(name).length + 1);
  return [rest.split(/[/:]/).at(-1) ?? '', rest, name].filter((form) => form !== '');
}

/** Where a key is, null for a scheme that is none of ours, and the shortest of its names there that is no name of another of `all`. */
export function keyPlace(
  name: string,
  all: readonly string[],
): { readonly place: KeyTitle['place'] | null; readonly tail: string } {
  const others = all.filter((other) => other !== name && schemeOf(other) === schemeOf(name));
  const taken = new Set(others.flatMap(formsOf));
  const tail = formsOf(name).find((form) => !taken.has(form)) ?? name;
  return { place: places[schemeOf(name)] ?? null, tail };
}

type Row = Pick<SignerKey, 'name' | 'use' | 'approvalOnly' | 'holder'>;

/** The title of the key with this name among the keys of a directory, which need not know it. */
export function keyTitle(name: string, keys: readonly Row[]): KeyTitle {
  const { use = null, approvalOnly = false, holder = null } = keys.find((key) => key.name === name) ?? {};
  const { place, tail } = keyPlace(
    name,
    keys.map((key) => key.name),
  );
  return { name, use, approvalOnly, holder, place: place ?? 'file', tail };
}
