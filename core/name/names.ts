// The small named forms that the directory and everything above it share: ids, times, roles, presence.
import { z } from 'zod';

/** An id inside a directory: officer, device, machine, role, tenant. Lower case, so that ids never differ by case alone. */
export const Id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
export type Id = z.infer<typeof Id>;

/** What no clock shows (a 13th month) has no place in time: compared with anything it would be neither late nor early. */
function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}

/** RFC 3339 in UTC, whole seconds or milliseconds, as `Date.toISOString` writes it. */
export const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/)
  .refine(isTime, 'no such time');
export type Time = z.infer<typeof Time>;

/** How a device knows that a person was there: a touch, a PIN typed on the device, or a PIN typed on the host (proves no person). */
export const Presence = z.enum(['touch', 'pinpad', 'pin']);
export type Presence = z.infer<typeof Presence>;

/** A ULID in upper case Crockford base 32 (github.com/ulid/spec). */
export const Ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
export type Ulid = z.infer<typeof Ulid>;

/**
 * A key's name in the directory: `file:...`, `pkcs11:...` (RFC 7512), `kms:...`. Without a query and without `pin-value`,
 * where RFC 7512 lets a PIN stand: names are published.
 */
export const KeyName = z.string().regex(/^(file|pkcs11|kms):(?!.*pin-value)[\x21-\x3e\x40-\x7e]{1,500}$/);
export type KeyName = z.infer<typeof KeyName>;

/** base64url without padding (RFC 4648, 5). */
export const Base64Url = z
  .string()
  .regex(/^[A-Za-z0-9_-]*$/)
  .max(65536);

/** 32 bytes as base64url: challenges, salts, nonces. */
export const Bytes32 = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);
export type Bytes32 = z.infer<typeof Bytes32>;

/** Compares two times: negative when `a` is earlier. Both forms of `Time` compare. */
export function compareTimes(a: Time, b: Time): number {
  const long = (t: Time) => (t.length === 20 ? `${t.slice(0, 19)}.000Z` : t);
  const [x, y] = [long(a), long(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
