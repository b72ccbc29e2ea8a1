// in-toto statements (in-toto attestation framework, spec/v1/statement.md): what is said, and of which artifacts.
import { z } from 'zod';
import { parseStrict, type Json } from '../json/parse.ts';
import { JsonObject, parseAs } from '../json/schema.ts';

/** The DSSE payload type of a statement. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** The `_type` of a statement, version 1. */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** A type as a URI, in printable ASCII. */
export const TypeUri = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/)
  .max(500);

// Lengths in hex of the digests that we can name the length of (in-toto, spec/v1/digest_set.md).
const hexLengths = new Map([
  ['sha1', 40],
  ['gitCommit', 40],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

function isDigestSet(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const digests: unknown[] = Object.values(value);
  return (
    digests.length > 0 && digests.every((hex) => typeof hex === 'string' && hex !== '' && hex.length <= 512)
  );
}

function isExact([name, hex]: [string, string]): boolean {
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) return false;
  return /^[A-Za-z0-9_]+$/.test(name) && hex.length === (hexLengths.get(name) ?? hex.length);
}

type Digests = { [algorithm: string]: string };
const DigestSet = z
  .unknown()
  .refine(isDigestSet, 'no digest set')
  .meta({ type: 'object' }) as unknown as z.ZodType<Digests, Digests>;
const ExactDigestSet = DigestSet.refine(
  (set) => Object.entries(set).every(isExact),
  'no lower-case hex digest',
);

/** A subject as others write it: a resource descriptor (spec/v1/resource_descriptor.md) with a digest set. */
export const Subject = z.strictObject({
  name: z.string().max(4096).optional(),
  uri: z.string().max(4096).optional(),
  digest: DigestSet,
  content: z.string().optional(),
  downloadLocation: z.string().max(4096).optional(),
  mediaType: z.string().max(200).optional(),
  annotations: JsonObject.optional(),
});
export type Subject = z.infer<typeof Subject>;

/** A statement as others may have written it. Digest values are compared, never trusted to be hex. */
export const Statement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(Subject).min(1).max(10_000),
  predicateType: TypeUri,
  predicate: JsonObject,
});
export type Statement = z.infer<typeof Statement>;

/** What a new statement is made of: named subjects with whole digests in lower-case hex. */
export const StatementInput = z.strictObject({
  subject: z
    .array(z.strictObject({ name: z.string().min(1).max(4096), digest: ExactDigestSet }))
    .min(1)
    .max(10_000),
  predicateType: TypeUri,
  predicate: JsonObject,
});
export type StatementInput = z.infer<typeof StatementInput>;

/** A new statement; its canonical form is the payload. Refusal `statement_invalid` with the bad paths. */
export function statementOf(input: StatementInput): { [key: string]: Json } {
  const { subject, predicateType, predicate } = parseAs(StatementInput, input, 'statement_invalid');
  return { _type: STATEMENT_TYPE, subject, predicateType, predicate };
}

/** Reads a payload as a statement. Refusal `statement_invalid` for another form, `json_*` if not strict JSON. */
export function parseStatement(payload: Uint8Array): Statement {
  return parseAs(Statement, parseStrict(payload), 'statement_invalid');
}

/** True when a subject has this SHA-256 (64 lower-case hex digits). */
export function hasSubject(statement: Statement, sha256: string): boolean {
  return statement.subject.some(({ digest }) => digest['sha256'] === sha256);
}
