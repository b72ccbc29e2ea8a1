// Request bodies: strict JSON of at most 16 MiB, or a fault that says why not.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { CallerFault, isFault } from '../../core/fault/fault.ts';
import { parseStrict, type Json } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';

/** The largest body, in bytes. */
export const LARGEST_BODY = 16 * 1024 * 1024;
/** The most values in a body. Two bytes can be one, and reading millions of them would keep everybody else waiting. */
export const MOST_VALUES = 1_000_000;

// A client that writes its whole body before it reads would never see our answer if we hung up on it; so what is too
// much is read and thrown away, within bounds.
const MOST_THROWN_AWAY = 64 * 1024 * 1024;

/** What a route may say in its `config`. */
export interface BodyLimits {
  readonly mostValues?: number;
  readonly mostBytes?: number;
}

/** All bytes of a body, `most` at most. Throws CallerFault `too_large`. */
async function readAll(stream: Readable, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > LARGEST_BODY + MOST_THROWN_AWAY) break;
    if (size > most) parts.length = 0;
    else parts.push(part);
  }
  if (size > most) throw new CallerFault('too_large', `${most} bytes at most`);
  return Buffer.concat(parts, size);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json *(?:; *charset="?utf-8"?)? *$/i.test(contentType ?? '');
}

/**
 * Reads a body. Throws CallerFault `type_unsupported` for another type or a content coding, `too_large`, or
 * `body_malformed` for what is not strict JSON (duplicate keys, unsafe numbers, BOM, depth: see parseStrict).
 */
export async function readJson(
  headers: { readonly 'content-type'?: string | undefined; readonly 'content-encoding'?: string | undefined },
  stream: Readable,
  { mostValues = MOST_VALUES, mostBytes = LARGEST_BODY }: BodyLimits = {},
): Promise<Json> {
  const bytes = await readAll(stream, mostBytes);
  if (!isJson(headers['content-type'])) throw new CallerFault('type_unsupported');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new CallerFault('type_unsupported', 'content-encoding');
  try {
    return parseStrict(bytes, { maxBytes: LARGEST_BODY, maxValues: mostValues });
  } catch (thrown) {
    if (isFault(thrown) && thrown.code === 'json_too_large')
      throw new CallerFault('too_large', thrown.detail, thrown);
    if (isFault(thrown)) throw new CallerFault('body_malformed', thrown.message, thrown);
    throw thrown;
  }
}

/** The body as the schema types it. Throws CallerFault `schema_invalid` with the bad paths, never the values. */
export function bodyAs<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  if (body === undefined) throw new CallerFault('body_malformed', 'no body');
  try {
    return parseAs(schema, body);
  } catch (thrown) {
    if (isFault(thrown)) throw new CallerFault('schema_invalid', thrown.detail, thrown);
    throw thrown;
  }
}
