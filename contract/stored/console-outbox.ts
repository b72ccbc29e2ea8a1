// The Console's outbox on disk: one file for each thing that must still reach the Signer.
import { z } from 'zod';
import { Base64 } from '../../core/bytes/form.ts';
import { Sealed } from '../../core/decision/decision.ts';
import { Time, Ulid } from '../../core/name/names.ts';

/**
 * `decision`: a sealed decision, by its challenge. `signature`: a held key's, by its request; `sig` in standard base64.
 * `storedAt` is this machine's clock when the outcome was durable: from then on an approval's minutes count.
 */
export const OutboxEntry = z.discriminatedUnion('kind', [
  z.strictObject({ v: z.literal(1), kind: z.literal('decision'), storedAt: Time, sealed: Sealed }),
  z.strictObject({
    v: z.literal(1),
    kind: z.literal('signature'),
    storedAt: Time,
    requestId: Ulid,
    keyid: Base64.length(44),
    sig: Base64.max(1400),
  }),
]);
export type OutboxEntry = z.infer<typeof OutboxEntry>;
