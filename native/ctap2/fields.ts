// Taking members out of a CBOR map with their types checked; a missing or odd one is the device's fault.
import { DeviceFault } from '../../core/fault/fault.ts';
import type { Cbor, CborMap } from './cbor.ts';

type Key = number | string;

function wrong(key: Key, expected: string): DeviceFault {
  return new DeviceFault('malformed_reply', `member ${key} is not ${expected}`);
}

/** The bytes under the key; of exactly this length where one is given. */
export function bytesAt(map: CborMap, key: Key, length?: number): Uint8Array {
  const value = map.get(key);
  if (!(value instanceof Uint8Array)) throw wrong(key, 'bytes');
  if (length !== undefined && value.length !== length) throw wrong(key, `${length} bytes`);
  return value;
}

/** The whole number from 0 under the key, or `otherwise` when it is absent. */
export function uintAt<T extends number | undefined>(map: CborMap, key: Key, otherwise: T): number | T {
  const value = map.get(key);
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw wrong(key, 'a whole number');
  return value;
}

/** The text under the key. */
export function textAt(map: CborMap, key: Key): string {
  const value = map.get(key);
  if (typeof value !== 'string') throw wrong(key, 'text');
  return value;
}

/** The boolean under the key, or `otherwise` when it is absent. */
export function booleanAt(map: CborMap, key: Key, otherwise: boolean): boolean {
  const value = map.get(key) ?? otherwise;
  if (typeof value !== 'boolean') throw wrong(key, 'a boolean');
  return value;
}

/** The map under the key. */
export function mapAt(map: CborMap, key: Key): CborMap {
  const value = map.get(key);
  if (!(value instanceof Map)) throw wrong(key, 'a map');
  return value as CborMap;
}

/** The list under the key, each entry checked by `is`; empty when it is absent. */
export function listAt<T extends Cbor>(map: CborMap, key: Key, is: (entry: Cbor) => entry is T): T[] {
  const value = map.get(key);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(key, 'a list');
  const entries = value as readonly Cbor[];
  if (!entries.every(is)) throw wrong(key, 'a list of the expected entries');
  return [...entries] as T[];
}

export const isText = (entry: Cbor): entry is string => typeof entry === 'string';
export const isUint = (entry: Cbor): entry is number =>
  typeof entry === 'number' && Number.isSafeInteger(entry) && entry >= 0;
