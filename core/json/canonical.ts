// The canonical form (RFC 8785): the only bytes of ours that are hashed and signed.
import canonicalize from 'canonicalize';
import { equalBytes, isWellFormed, utf8 } from '../bytes/bytes.ts';
import { Refusal, isFault } from '../fault/fault.ts';
import { parseStrict, type Json } from './parse.ts';

const DEEPEST = 1000; // a cycle is found as depth

function refuse(what: string, path: string): never {
  throw new Refusal('json_malformed', `${what} at ${path || 'the top'}`);
}

function checkText(text: string, path: string): void {
  if (!isWellFormed(text)) refuse('lone surrogate', path);
}

function checkObject(value: object, path: string, depth: number): void {
  if (depth >= DEEPEST) throw new Refusal('json_too_deep', `deeper than ${DEEPEST}`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) refuse('not a plain object', path);
  for (const [key, member] of Object.entries(value)) {
    checkText(key, path);
    check(member, `${path}.${key}`, depth + 1);
  }
}

// The package rounds, drops or calls toJSON where JSON has no word for a value; here each of these is refused.
function check(value: unknown, path: string, depth: number): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') return checkText(value, path);
  if (typeof value === 'object') return checkObject(value, path, depth);
  if (typeof value !== 'number') return refuse(typeof value, path);
  if (!Number.isFinite(value) || Object.is(value, -0)) {
    throw new Refusal(
      'json_number_unsafe',
      `${Object.is(value, -0) ? '-0' : String(value)} at ${path || 'the top'}`,
    );
  }
}

/**
 * The canonical form (RFC 8785) of a value made of null, booleans, numbers, strings, arrays and plain objects.
 * Refusal `json_malformed` for anything else (undefined, functions, class instances, lone surrogates),
 * `json_number_unsafe` for -0 and what is not finite, `json_too_deep` beyond 1,000 levels or for a cycle.
 */
export function canonical(value: Json | object): Uint8Array {
  check(value, '', 0);
  const text = canonicalize(value);
  if (text === undefined) throw new Refusal('json_malformed', 'no canonical form');
  return utf8(text);
}

/** Parses strictly and refuses, with `json_not_canonical`, any bytes but the value's own canonical form. */
export function parseCanonical(bytes: Uint8Array): Json {
  const value = parseStrict(bytes);
  if (!equalBytes(canonical(value), bytes)) throw new Refusal('json_not_canonical');
  return value;
}

/** True when the bytes are strict JSON in canonical form. */
export function isCanonical(bytes: Uint8Array): boolean {
  try {
    parseCanonical(bytes);
    return true;
  } catch (thrown) {
    if (isFault(thrown)) return false;
    throw thrown;
  }
}
