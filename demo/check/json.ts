// Reading JSON and naming it by digest, written a second time with what the platform has: the check shares no code of ours.
import { createHash } from 'node:crypto';

/** Members sorted by UTF-16 code units at every depth, no white space: RFC 8785 for text, true, false, null and safe integers. */
export function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sorted(member)}`).join(',')}}`;
}

/** SHA-256 in lower-case hex. */
export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** A public key in PEM, from the base64 of its DER SubjectPublicKeyInfo. */
export function pemOf(spki: string): string {
  const lines = spki.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}
