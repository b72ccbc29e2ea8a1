// The Console's queue on disk: one line for each arrival, and a whole state from time to time.
import { z } from 'zod';
import { Sealed } from '../../core/decision/decision.ts';
import { holdStates } from '../../core/hold/hold.ts';
import { Leaf } from '../../core/log/record.ts';
import { Id, Time } from '../../core/name/names.ts';
import { Request } from '../../core/request/request.ts';

const Seq = z.int().min(0);

export const StoredHold = z.strictObject({
  request: Request,
  state: z.enum(holdStates),
  code: z.string().nullable(),
  held: Leaf.omit({ proof: true }),
  decisions: z.array(Sealed).max(32),
});

/** One arrival as it was applied; `at` is this machine's clock. */
export const QueueLine = z.strictObject({
  v: z.literal(1),
  at: Time,
  arrival: z.discriminatedUnion('stage', [
    z.strictObject({ stage: z.literal('received'), tenant: Id, seq: Seq, hold: StoredHold }),
    z.strictObject({
      stage: z.literal('alarmed'),
      tenant: Id,
      seq: Seq,
      code: z.string(),
      about: z.string(),
    }),
    // Grants are kept in a room of their own; here only their place in the sequence counts.
    z.strictObject({ stage: z.literal('granted'), tenant: Id, seq: Seq }),
    z.strictObject({ stage: z.literal('resynced'), tenant: Id, seq: Seq, holds: z.array(StoredHold) }),
  ]),
});
export type QueueLine = z.infer<typeof QueueLine>;

/** A whole state. Lines of the file with this `generation` come after it. */
export const QueueState = z.strictObject({
  v: z.literal(1),
  generation: Seq,
  cursors: z.array(z.strictObject({ tenant: Id, seq: Seq })),
  queued: z.array(z.strictObject({ tenant: Id, receivedAt: Time, hold: StoredHold })),
});
export type QueueState = z.infer<typeof QueueState>;
