// What keys are called for people: what a key is for and whose, and the least of its URI that tells it from all others. Pure.
import type { KeyCard } from '../../contract/ipc/rooms.ts';
import type { Words } from '../catalogue/words.tsx';

/** What a name is made of, as the directory has it; nothing of it is a requester's. */
export type NamedKey = Pick<KeyCard, 'use' | 'approvalOnly' | 'holder'>;

type Place = 'hsm' | 'kms' | 'file';
const places: Readonly<Record<string, Place>> = { pkcs11: 'hsm', kms: 'kms', file: 'file' };

/** How many digits of a CKA_ID are shown at first, and how many more wherever those are not enough. */
const DIGITS = 4;

const schemeOf = (uri: string): string => uri.slice(0, uri.indexOf(':'));
/** An attribute of a PKCS#11 URI's path (RFC 7512, 2.3), as it is written there. */
const attribute = (uri: string, name: string): string | undefined =>
  new RegExp(`^pkcs11:(?:.*;)?${name}=([^;?]+)`).exec(uri)?.[1];

/** Percent-encoded printable ASCII as itself; whatever else is encoded stays so: a name is never more than its bytes. */
const plain = (text: string): string =>
  text.replaceAll(/%([2-7][0-9A-Fa-f])/g, (whole, hex: string) =>
    hex.toLowerCase() === '7f' ? whole : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** The bytes of a percent-encoded text as hex; characters that stand for themselves count as their own byte. */
export const hexOf = (text: string): string =>
  text.replaceAll(
    /%([0-9A-Fa-f]{2})|([\x20-\x7e])/g,
    (_, hex: string | undefined, char: string | undefined) =>
      (hex ?? char?.charCodeAt(0).toString(16).padStart(2, '0') ?? '').toLowerCase(),
  );

/** From the shortest form to the whole URI. */
function formsOf(uri: string): string[] {
  const scheme = schemeOf(uri);
  const forms: string[] = [];
  if (scheme === 'pkcs11') {
    const [label, id] = [attribute(uri, 'object'), attribute(uri, 'id')];
    const token = attribute(uri, 'token') ?? attribute(uri, 'serial');
    if (label !== undefined) {
      forms.push(plain(label));
      if (token !== undefined) forms.push(`${plain(label)} @ ${plain(token)}`);
    }
    const hex = id === undefined ? '' : hexOf(id);
    for (let shown = DIGITS; shown < hex.length; shown += DIGITS) forms.push(`${hex.slice(0, shown)}…`);
    if (hex !== '') forms.push(hex);
    if (label === undefined && hex === '' && token !== undefined) forms.push(plain(token));
  } else {
    const rest = uri.slice(scheme.length + 1);
    const last = rest.split(/[/:]/).at(-1);
    if (last !== undefined && last !== '') forms.push(last);
    forms.push(rest);
  }
  return [...forms, uri];
}

/**
 * Where a key is and the shortest of its names there that is no name of another: the label of an object in a token, else the
 * first digits of its CKA_ID; the last part of a KMS path or file name. `all`: the URIs that it must be told from.
 */
export function placeOf(
  uri: string,
  all: readonly string[],
): { readonly place: Place | null; readonly tail: string } {
  const scheme = schemeOf(uri);
  const others = new Set(
    all.filter((other) => other !== uri && schemeOf(other) === scheme).flatMap((other) => formsOf(other)),
  );
  return {
    place: places[scheme] ?? null,
    tail: formsOf(uri).find((form) => !others.has(form)) ?? uri,
  };
}

/** A key in words. `kind`, as it stands inside a sentence, and `where` can stand apart; `name` is both, for a line of its own. */
export interface KeyWords {
  readonly kind: string;
  readonly where: string;
  readonly name: string;
  readonly uri: string;
}

const begin = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function kindOf(t: Words, key: NamedKey | undefined, nameOf: (officer: string) => string): string {
  if (!key) return t('key.kind.unknown');
  if (key.holder !== null) return t('key.kind.held', { officer: nameOf(key.holder) });
  if (key.use !== 'release') return t(`key.kind.${key.use}`);
  return t(key.approvalOnly ? 'key.kind.approval-only' : 'key.kind.release');
}

/** Puts a key into words. `key` undefined: the directory does not know it, and the name says so. */
export function keyWords(
  t: Words,
  uri: string,
  key: NamedKey | undefined,
  all: readonly string[],
  nameOf: (officer: string) => string,
): KeyWords {
  const { place, tail } = placeOf(uri, all);
  const where = place === null ? tail : t(`key.where.${place}`, { tail });
  const kind = kindOf(t, key, nameOf);
  return {
    kind,
    where,
    name: begin(t('key.name', { kind, where })),
    uri,
  };
}
