// The held request: frozen when it is held, rebuilt and hashed by each Console.
import { z } from 'zod';
import { Digest } from '../json/digest.ts';
import { Id, KeyName, Time, Ulid } from '../name/names.ts';
import { HoldKind } from '../policy/policy.ts';
import { QuorumRule } from '../policy/quorum-rule.ts';

export const REQUEST_TYPE = 'https://stella.ops/signer/request/v1';

/** What one gate saw. `facts` are what it used, so that someone else can check again; names sort, values are text. */
export const Finding = z.strictObject({
  gate: z.enum(['optok', 'poe', 'quota', 'release', 'policy']),
  result: z.enum(['pass', 'fail', 'unavailable']),
  code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  facts: z.record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/), z.string().max(2000)),
});
export type Finding = z.infer<typeof Finding>;

/** Who asked: the token's subject and the thumbprint of the key that it is bound to (RFC 7638). */
export const Requester = z.strictObject({
  subject: z.string().min(1).max(200),
  jkt: z.string().min(1).max(100),
});
export type Requester = z.infer<typeof Requester>;

/** protocol.md 4. `keys` are the directory names of the keys that will sign, `approvalSeconds` how long an approval lasts. */
export const Request = z.strictObject({
  _type: z.literal(REQUEST_TYPE),
  signer: Digest,
  id: Ulid,
  tenant: Id,
  kind: HoldKind,
  requester: Requester,
  payloadType: z.string().regex(/^[\x21-\x7e]{3,200}$/),
  payloadDigest: Digest,
  mode: z.enum(['keyless', 'keyful']),
  keys: z.array(KeyName).min(1).max(8),
  findings: z.array(Finding).max(16),
  quorum: QuorumRule,
  policy: Digest,
  directory: Digest,
  view: z.string().regex(/^\d{1,6}$/),
  expires: Time,
  approvalSeconds: z.int().min(1).max(86400),
  grant: Digest.nullable(),
});
export type Request = z.infer<typeof Request>;
