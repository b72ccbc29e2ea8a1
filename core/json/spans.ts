// Strict JSON with the byte positions of every value and key, for review and diff.
import { scan, type Builder, type Member, type ParseOptions } from './scan.ts';

interface Span {
  /** Position of the first byte, and of the first byte after it. */
  readonly start: number;
  readonly end: number;
}

/** One value and where it stands. A string's span includes its quotes; a number keeps its text as written. */
export type JsonNode =
  | ({ readonly kind: 'null'; readonly value: null } & Span)
  | ({ readonly kind: 'boolean'; readonly value: boolean } & Span)
  | ({ readonly kind: 'number'; readonly value: number; readonly text: string } & Span)
  | ({ readonly kind: 'string'; readonly value: string } & Span)
  | ({ readonly kind: 'array'; readonly children: readonly JsonNode[] } & Span)
  | ({ readonly kind: 'object'; readonly children: readonly JsonMember[] } & Span);

/** A member of an object: decoded key, the span of the key with its quotes, and the value. */
export type JsonMember = Member<JsonNode>;

const nodes: Builder<JsonNode> = {
  literal: (value, start, end) =>
    value === null ? { kind: 'null', value, start, end } : { kind: 'boolean', value, start, end },
  number: (value, text, start, end) => ({ kind: 'number', value, text, start, end }),
  string: (value, start, end) => ({ kind: 'string', value, start, end }),
  array: (children, start, end) => ({ kind: 'array', children, start, end }),
  object: (children, start, end) => ({ kind: 'object', children, start, end }),
};

/** As `parseStrict`, with the same refusals, but every node says where in the bytes it stands. */
export function parseWithSpans(bytes: Uint8Array, options: ParseOptions = {}): JsonNode {
  return scan(bytes, nodes, options);
}
