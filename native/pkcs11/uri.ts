// PKCS#11 URIs (RFC 7512): reading one that names a key, and writing the one that we hand out.
import { DeviceFault } from '../../core/fault/fault.ts';

/** The path attributes that may name a token's key. Others are refused rather than passed over. */
export interface KeyName {
  readonly token?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly object?: string;
  readonly id?: Uint8Array;
}

const textAttributes = ['token', 'manufacturer', 'model', 'serial', 'object'] as const;
type TextAttribute = (typeof textAttributes)[number];

// RFC 7512, 2.3: pk11-pchar
const ALLOWED = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*$/;

function invalid(detail: string): DeviceFault {
  return new DeviceFault('call_invalid', `PKCS#11 URI: ${detail}`);
}

function bytesOf(name: string, value: string): Uint8Array {
  if (!ALLOWED.test(value)) throw invalid(`${name} has a character that must be percent-encoded`);
  const out: number[] = [];
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '%') {
      out.push(Number.parseInt(value.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      out.push(value.charCodeAt(at));
    }
  }
  return Uint8Array.from(out);
}

function textOf(name: string, value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(name, value));
  } catch (cause) {
    if (cause instanceof DeviceFault) throw cause;
    throw invalid(`${name} is not UTF-8`);
  }
}

const isText = (name: string): name is TextAttribute => textAttributes.some((known) => known === name);

function checkType(value: string): void {
  if (value !== 'private') throw invalid('type is not private');
}

function pathOf(path: string): KeyName {
  const found: { -readonly [K in keyof KeyName]: KeyName[K] } = {};
  const seen = new Set<string>();
  for (const part of path.split(';')) {
    const cut = part.indexOf('=');
    if (cut < 1) throw invalid('an attribute without a value');
    const name = part.slice(0, cut);
    const value = part.slice(cut + 1);
    if (seen.has(name)) throw invalid(`${name} stands twice`);
    seen.add(name);
    if (name === 'id') found.id = bytesOf(name, value);
    else if (name === 'type') checkType(textOf(name, value));
    else if (isText(name)) found[name] = textOf(name, value);
    else throw invalid(`attribute ${name.slice(0, 32)} is not known here`);
  }
  return found;
}

/**
 * Reads a URI that names one key: CKA_ID and the token's serial number must be there, the other attributes narrow it
 * down. Query attributes are refused: a PIN has no place in a URI, and a module's path none after `hello`.
 * DeviceFault `call_invalid`, which repeats no value.
 */
export function parseKeyUri(uri: string): KeyName & { readonly id: Uint8Array; readonly serial: string } {
  if (!uri.startsWith('pkcs11:')) throw invalid('another scheme');
  const [path = '', query] = uri.slice('pkcs11:'.length).split('?', 2);
  if (query !== undefined) throw invalid('query attributes (pin-value, pin-source, module-path) are refused');
  const name = pathOf(path);
  const { id, serial } = name;
  if (id === undefined || id.length === 0) throw invalid('no id');
  if (serial === undefined || serial === '') throw invalid('no serial');
  return { ...name, id, serial };
}

function encoded(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-._~]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** The URI of a private key by token serial and CKA_ID; every byte of the id is percent-encoded. */
export function keyUri(serial: string, id: Uint8Array): string {
  const hex = [...id].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  return `pkcs11:serial=${encoded(new TextEncoder().encode(serial))};id=${hex};type=private`;
}
