// The journal as the window asks for it: search, verify, show again what was shown.
import { z } from 'zod';
import { Time, Ulid } from '../../core/name/names.ts';
import { Fault } from './call.ts';

/** One record for a list. `about` are its facts in a fixed order; what the event means stands in the catalogue. */
export const JournalRow = z.strictObject({
  seq: z.int(),
  at: Time,
  event: z.string().max(32),
  requestId: Ulid.nullable(),
  code: z.string().max(64).nullable(),
  verdict: z.enum(['approve', 'deny']).nullable(),
  about: z.string().max(600),
});
export type JournalRow = z.infer<typeof JournalRow>;

/** `total` records fit; the rows are the newest of them before `before`. */
export const JournalPage = z.strictObject({ total: z.int(), rows: z.array(JournalRow).max(200) });
export type JournalPage = z.infer<typeof JournalPage>;

/** `size` records under `root`; `fault` when the chain or its signed head does not hold. */
export const JournalVerdict = z.strictObject({
  size: z.int(),
  root: z.string(),
  unrecorded: z.int(),
  fault: Fault.nullable(),
});
export type JournalVerdict = z.infer<typeof JournalVerdict>;

/** A record whole: the canonical line as it lies on disk, and whatever was decided about the same request. */
export const JournalDetail = z.strictObject({
  row: JournalRow,
  prev: z.string(),
  json: z.string(),
  related: z.array(JournalRow).max(200),
});
export type JournalDetail = z.infer<typeof JournalDetail>;

/** The verdict on a request's evidence, as `stella verify` gives it. */
export const EvidenceVerdict = z.strictObject({
  outcome: z.string().max(32).nullable(),
  officers: z.array(z.string().max(64)).max(32),
  directory: z.int().nullable(),
  checkpoint: z.int().nullable(),
  fault: Fault.nullable(),
});
export type EvidenceVerdict = z.infer<typeof EvidenceVerdict>;
