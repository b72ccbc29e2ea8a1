// CTAP2's CBOR (CTAP 2.1, 8): canonical out; in strictly, and never nested deeper than four levels.
import { Tokenizer, Type, decodeFirst, encode, type Token } from 'cborg';
import { DeviceFault } from '../../core/fault/fault.ts';

/** What CTAP2 messages are made of. */
export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | CborMap;
export type CborMap = ReadonlyMap<number | string, Cbor>;

const DEEPEST = 4;

const strict = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
} as const;

/** Counts nesting token by token, so that a hostile message is refused before anything recurses into it. */
class ShallowTokenizer extends Tokenizer {
  readonly #open: number[] = [];

  override next(): Token {
    const token = super.next();
    // no message of CTAP2 holds a float, and 1.0 must not pass for 1
    if (Type.equals(token.type, Type.float)) throw new Error('a float');
    const container = Type.equals(token.type, Type.array) || Type.equals(token.type, Type.map);
    const size: unknown = token.value;
    this.#close();
    if (container && typeof size === 'number') {
      if (this.#open.length >= DEEPEST) throw new Error(`nested deeper than ${DEEPEST}`);
      this.#open.push(Type.equals(token.type, Type.map) ? size * 2 : size);
    }
    return token;
  }

  /** Notes that one more item of the innermost open container was taken. */
  #close(): void {
    while (this.#open.length > 0 && this.#open[this.#open.length - 1] === 0) this.#open.pop();
    const last = this.#open.length - 1;
    if (last >= 0) this.#open[last] = (this.#open[last] ?? 0) - 1;
  }
}

/**
 * The first CBOR item and the bytes after it. DeviceFault `malformed_reply` for anything that is not strict: long
 * forms, indefinite lengths, duplicate keys, tags, floats, nesting over four levels.
 */
export function decodeItem(bytes: Uint8Array): [item: Cbor, rest: Uint8Array] {
  try {
    const decoded: unknown = decodeFirst(bytes, {
      ...strict,
      tokenizer: new ShallowTokenizer(plain(bytes), strict),
    });
    return decoded as [Cbor, Uint8Array];
  } catch (cause) {
    throw new DeviceFault('malformed_reply', 'CBOR is not strict', undefined, cause);
  }
}

/** Exactly one CBOR item. DeviceFault `malformed_reply` as `decodeItem`, and for bytes left over. */
export function decode(bytes: Uint8Array): Cbor {
  const [item, rest] = decodeItem(bytes);
  if (rest.length > 0) throw new DeviceFault('malformed_reply', `${rest.length} bytes after the CBOR`);
  return item;
}

/** Exactly one CBOR map. DeviceFault `malformed_reply` otherwise. */
export function decodeMap(bytes: Uint8Array): CborMap {
  const item = decode(bytes);
  if (!(item instanceof Map)) throw new DeviceFault('malformed_reply', 'CBOR is not a map');
  return item as CborMap;
}

/** Canonical CBOR: shortest integers, definite lengths, keys by major type, then length, then bytes. */
export function encodeCanonical(value: Cbor): Uint8Array {
  return encode(value);
}

/** A view that is not a Buffer: cborg slices it, and Buffer's pool must not show through. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
