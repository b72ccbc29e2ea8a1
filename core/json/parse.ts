// Strict JSON to plain values: what every room reads other people's bytes with.
import { scan, type Builder, type Member, type ParseOptions } from './scan.ts';

export type { ParseOptions } from './scan.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function objectOf(members: Member<Json>[]): Json {
  const object: { [key: string]: Json } = {};
  for (const { key, value } of members) {
    // Assigning `__proto__` would change the prototype; defining it makes a member like any other.
    if (key === '__proto__') {
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    } else object[key] = value;
  }
  return object;
}

const values: Builder<Json> = {
  literal: (value) => value,
  number: (value) => value,
  string: (value) => value,
  array: (items) => items,
  object: objectOf,
};

/**
 * Parses one JSON text (RFC 8259; I-JSON, RFC 7493, as to keys and numbers). UTF-8 without BOM, no duplicate keys,
 * no lone surrogates, nothing after the value. Refusal `json_malformed`, `json_duplicate_key`,
 * `json_number_unsafe`, `json_too_deep` or `json_too_large`, with the byte position in its detail.
 */
export function parseStrict(bytes: Uint8Array, options: ParseOptions = {}): Json {
  return scan(bytes, values, options);
}
