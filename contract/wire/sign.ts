// HTTP bodies between callers and the Signer: what is asked, what is answered.
import { z } from 'zod';
import { Bundle } from '../../core/dsse/bundle.ts';
import { Envelope } from '../../core/dsse/envelope.ts';
import { StatementInput } from '../../core/dsse/statement.ts';
import { holdStates } from '../../core/hold/hold.ts';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName, Time, Ulid } from '../../core/name/names.ts';
import { HoldKind } from '../../core/policy/policy.ts';

/** POST sign/dsse (protocol.md 14). `poe.value` is the entitlement token, introspected and never stored. */
export const SignBody = z.strictObject({
  subject: StatementInput.shape.subject,
  predicateType: StatementInput.shape.predicateType,
  predicate: StatementInput.shape.predicate,
  scannerImageDigest: Digest.describe(
    'the scanner that made this; one that the allowlist lacks brings a hold',
  ),
  poe: z.strictObject({
    format: z.enum(['jwt', 'mtls']),
    value: z.string().min(1).max(8192).describe('the entitlement token'),
  }),
  options: z.strictObject({
    signingMode: z.enum(['keyless', 'keyful']).describe('keyless is not offered yet'),
    keyId: KeyName.optional().describe('a release key of GET keys; the policy names one otherwise'),
    returnBundle: z.boolean().optional().describe('false: bundle and envelope are null'),
  }),
});
export type SignBody = z.infer<typeof SignBody>;

/** 200: signed. `chain` is empty for keyful; `bundle` and `envelope` are null when `returnBundle` is false. */
export const SignedAnswer = z.strictObject({
  bundle: Bundle.nullable(),
  envelope: Envelope.nullable(),
  signer: z.strictObject({ mode: z.enum(['keyless', 'keyful']), keyId: KeyName, chain: z.array(z.string()) }),
  policy: z.strictObject({ plan: z.string(), quota: z.strictObject({ limit: z.int(), remaining: z.int() }) }),
  log: z.strictObject({ leafIndex: z.int(), checkpoint: z.string() }),
  evidence: z
    .string()
    .describe('a path: what proves this signature, also when the key is no longer in force'),
  grant: z.strictObject({ id: Digest }).nullable().describe('the bypass grant that this was signed under'),
});
export type SignedAnswer = z.infer<typeof SignedAnswer>;

/** 202: held. `matchNumber` is what an officer will ask for; `statusUrl` is absolute. */
export const HeldAnswer = z.strictObject({
  requestId: Ulid,
  status: z.literal('waiting'),
  statusUrl: z.string().describe('absolute; GET it to poll, DELETE it to withdraw'),
  matchNumber: z
    .string()
    .regex(/^\d{6}$/)
    .describe('what an officer will ask for'),
  code: z.enum(['held_manual_approval', 'held_key_approval', 'held_emergency_bypass', 'held_ceremony']),
});
export type HeldAnswer = z.infer<typeof HeldAnswer>;

/** GET requests/{id}. `result` once signed; `code` says why it ended otherwise; `evidence` is a path once it ended signed or denied. */
export const StatusAnswer = z.strictObject({
  requestId: Ulid,
  tenant: Id,
  state: z.enum(holdStates),
  kind: HoldKind,
  payloadDigest: Digest,
  expires: Time,
  matchNumber: z.string(),
  approvals: z.strictObject({ needed: z.int(), given: z.int() }),
  code: z.string().nullable().describe('why it ended, unless signed'),
  result: SignedAnswer.nullable(),
  evidence: z.string().nullable().describe('a path, once it is signed or denied'),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

/** RFC 9457 with a stable `code`; `trace` finds the whole story in the Signer's log. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('stable'),
  detail: z.string().describe('what did not fit'),
  next: z.string().describe('what to do'),
  trace: z.string().describe("finds the whole story in the Signer's log"),
});
export type Problem = z.infer<typeof Problem>;
