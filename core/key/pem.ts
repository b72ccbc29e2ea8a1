// Public keys as PEM (RFC 7468, 13), the form that cosign and openssl read.
import { fromBase64, toBase64 } from '../bytes/base64.ts';
import { Refusal } from '../fault/fault.ts';
import type { PublicKey } from './crypto.ts';
import { algorithmOf } from './spki.ts';

export { algorithmOf } from './spki.ts';

const BEGIN = '-----BEGIN PUBLIC KEY-----';
const END = '-----END PUBLIC KEY-----';
const LONGEST = 4096;

/** The key with 64 characters a line and a newline at the end. */
export function toPem(key: PublicKey): string {
  const lines = toBase64(fromBase64(key.spki)).match(/.{1,64}/g) ?? [];
  return `${[BEGIN, ...lines, END].join('\n')}\n`;
}

/**
 * The key of one PEM block, with LF or CRLF line ends and nothing around it but blank space.
 * Refusal `encoding` for another form, `key_unknown` for an algorithm that is not ours.
 */
export function fromPem(text: string): PublicKey {
  const trimmed = text.length > LONGEST ? '' : text.trim();
  if (!trimmed.startsWith(BEGIN) || !trimmed.endsWith(END))
    throw new Refusal('encoding', 'not a PEM public key');
  const spki = trimmed.slice(BEGIN.length, -END.length).replace(/\r?\n/g, '');
  return { alg: algorithmOf(fromBase64(spki)), spki };
}
