// Reading a request on the authenticator's side: strict, canonical CBOR, members of the right type.
import { decodeMap, encodeCanonical, type Cbor, type CborMap } from '../ctap2/cbor.ts';
import { Failure, Say } from './failure.ts';

/** The parameters of a command. An authenticator refuses what is not in canonical form (CTAP 2.1, 8). */
export function parametersOf(bytes: Uint8Array): CborMap {
  if (bytes.length === 0) return new Map();
  try {
    const map = decodeMap(bytes);
    if (Buffer.compare(encodeCanonical(map), bytes) === 0) return map;
  } catch {
    throw new Failure(Say.INVALID_CBOR);
  }
  throw new Failure(Say.INVALID_CBOR);
}

function present(map: CborMap, key: number | string): Cbor {
  const value = map.get(key);
  if (value === undefined) throw new Failure(Say.MISSING_PARAMETER);
  return value;
}

const odd = (): Failure => new Failure(Say.CBOR_UNEXPECTED_TYPE);

/** Bytes, of exactly this length where one is given. */
export function needBytes(map: CborMap, key: number | string, length?: number): Uint8Array {
  const value = present(map, key);
  if (!(value instanceof Uint8Array)) throw odd();
  if (length !== undefined && value.length !== length) throw new Failure(Say.INVALID_LENGTH);
  return value;
}

export function needText(map: CborMap, key: number | string): string {
  const value = present(map, key);
  if (typeof value !== 'string') throw odd();
  return value;
}

export function needUint(map: CborMap, key: number | string): number {
  const value = present(map, key);
  if (typeof value !== 'number' || value < 0) throw odd();
  return value;
}

export function needMap(map: CborMap, key: number | string): CborMap {
  const value = present(map, key);
  if (!(value instanceof Map)) throw odd();
  return value as CborMap;
}

/** The credential ids of a list of descriptors; undefined when the list is absent. An empty list is refused. */
export function idsAt(map: CborMap, key: number): Uint8Array[] | undefined {
  const list = map.get(key);
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw odd();
  const entries = list as readonly Cbor[];
  if (entries.length === 0) throw new Failure(Say.INVALID_LENGTH);
  return entries.map((entry) => {
    if (!(entry instanceof Map)) throw odd();
    return needBytes(entry as CborMap, 'id');
  });
}

/** An option's value; `otherwise` when it is not there. */
export function optionAt(map: CborMap, key: number, name: string, otherwise: boolean): boolean {
  if (!map.has(key)) return otherwise;
  const value = needMap(map, key).get(name) ?? otherwise;
  if (typeof value !== 'boolean') throw odd();
  return value;
}
