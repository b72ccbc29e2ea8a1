// What the status line and the settings say of this Console: who, where, which build, how the link and the log stand.
import { z } from 'zod';
import { Digest } from '../../core/json/digest.ts';
import { Id, Time } from '../../core/name/names.ts';
import { Fault, Revision } from './call.ts';

/**
 * What does not change while the Console runs. `others`: the demo's officers whose Consoles can be opened beside this one.
 * `setUp`: null, or why there is no Console behind this window; then `officer`, `machine` and `signer` say nothing.
 */
export const Hello = z.strictObject({
  build: z.string().max(200),
  version: z.string().max(64),
  shell: z.enum(['electron', 'chromium']),
  platform: z.string().max(64),
  demo: z.boolean(),
  officer: z.strictObject({ id: Id, name: z.string().max(100) }),
  machine: Id,
  signer: Digest,
  locale: z.string().max(64),
  others: z.array(Id).max(16),
  setUp: Fault.nullable(),
});
export type Hello = z.infer<typeof Hello>;

/** `since` and `retryAt` are this machine's clock. `stale`: what is shown was last confirmed at `since`. */
export const Link = z.strictObject({
  state: z.enum(['connecting', 'signing-in', 'online', 'offline', 'signed-out', 'closed']),
  since: Time,
  retryAt: Time.nullable(),
  fault: Fault.nullable(),
});
export type Link = z.infer<typeof Link>;

/** An alarm stays until the Console ends; it is in the journal as well. */
export const Alarm = z.strictObject({
  code: z.string().max(64),
  about: z.string().max(200),
  at: Time,
});

export const Status = z.strictObject({
  revision: Revision,
  link: Link,
  environment: z.enum(['demo', 'staging', 'production']).nullable(),
  directory: z.strictObject({ version: z.int(), digest: Digest }).nullable(),
  /** `cosigners`: witnesses beside this machine. `wanted`: how many policy asks for. */
  checkpoint: z
    .strictObject({
      size: z.int(),
      root: z.string(),
      at: Time,
      cosigners: z.int(),
      wanted: z.int(),
    })
    .nullable(),
  sessionExpires: Time.nullable(),
  device: z.strictObject({ present: z.int(), names: z.array(z.string().max(512)).max(32) }),
  journal: z.strictObject({ size: z.int(), lock: Fault.nullable() }),
  outbox: z.int(),
  secrets: z.string().max(64),
  alarms: z.array(Alarm).max(100),
});
export type Status = z.infer<typeof Status>;
