// What this Console, as a witness, last saw of the Signer's log: written before it answers anybody.
import { z } from 'zod';
import { Head } from '../../core/log/head.ts';
import { Time } from '../../core/name/names.ts';

const Note = z.string().min(80).max(65536);

/** The newest checkpoint that was verified; `note` is null where only its head is known, from the journal. `split` keeps the log's own signed proof of a second history, for good. */
export const SeenCheckpoint = z.strictObject({
  v: z.literal(1),
  head: Head,
  note: Note.nullable(),
  at: Time,
  split: z.strictObject({ note: Note, at: Time }).nullable(),
});
export type SeenCheckpoint = z.infer<typeof SeenCheckpoint>;
