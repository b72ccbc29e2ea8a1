// Bypass grants as a Console keeps them: one file, written whole with each change.
import { z } from 'zod';
import { Grant } from '../../core/predicate/granted.ts';

/** Of each tenant those in force and the newest of those that are over. */
export const StoredGrants = z.strictObject({ v: z.literal(1), grants: z.array(Grant) });
export type StoredGrants = z.infer<typeof StoredGrants>;
