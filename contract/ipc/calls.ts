// The table: every call with what goes in and what comes out, and every event with what it brings.
import { z } from 'zod';
import { Digest } from '../../core/json/digest.ts';
import { Id, KeyName, Ulid } from '../../core/name/names.ts';
import { Act, Begin, Pin, VirtualKey } from './act.ts';
import { call, Fault, nothing, type CallRow } from './call.ts';
import {
  BeginCeremony,
  Ceremonies,
  CeremonyChecked,
  CeremonyId,
  CeremonyShown,
  CeremonyText,
  Say,
  SignAs,
} from './ceremony.ts';
import { EvidenceVerdict, JournalDetail, JournalPage, JournalVerdict } from './journal.ts';
import type { CallName, CallOf, EventName, Frame } from './names.ts';
import { Queue } from './queue.ts';
import { ClaimsPage, RawPage, Review } from './review.ts';
import { appearances, Bypass, Devices, DirectoryRoom, Keys, languages, Settings } from './rooms.ts';
import { Hello, Status } from './status.ts';

const ReviewId = z.string().min(1).max(64);
const ActId = z.strictObject({ act: z.string().max(64) });
const Path = z.string().min(1).max(512);
const Saved = z.strictObject({ path: z.string().max(4096).nullable() });

/** Everything that is shown, as it is now: asked for once, at the start and after a page was reloaded. */
export const Snapshot = z.strictObject({
  status: Status,
  queue: Queue,
  bypass: Bypass,
  devices: Devices,
  keys: Keys,
  directory: DirectoryRoom,
  ceremonies: Ceremonies,
  settings: Settings,
});
export type Snapshot = z.infer<typeof Snapshot>;

export const calls = {
  'app/hello': call(nothing, Hello),
  'app/snapshot': call(nothing, Snapshot),
  /** Puts a text on the clipboard: a digest, an id. */
  'app/copy': call(z.strictObject({ text: z.string().max(20_000) }), nothing),
  /** Demo only: opens the Console of another demo officer beside this one. */
  'app/open-console': call(z.strictObject({ officer: Id }), nothing),
  'session/sign-in': call(nothing, nothing),
  'session/sign-out': call(nothing, nothing),
  'review/open': call(z.strictObject({ requestId: Ulid }), Review),
  'review/claims': call(
    z.strictObject({
      reviewId: ReviewId,
      query: z.string().max(500),
      offset: z.int().min(0),
      limit: z.int().min(1).max(500),
    }),
    ClaimsPage,
  ),
  'review/raw': call(
    z.strictObject({
      reviewId: ReviewId,
      offset: z.int().min(0),
      length: z
        .int()
        .min(1)
        .max(256 * 1024),
    }),
    RawPage,
  ),
  'review/close': call(z.strictObject({ reviewId: ReviewId }), nothing),
  /** Opens the authorize document with this verdict chosen; decides nothing. */
  'authorize/open': call(
    z.strictObject({ reviewId: ReviewId, verdict: z.enum(['approve', 'deny']) }),
    nothing,
  ),
  'authorize/sign-held': call(z.strictObject({ reviewId: ReviewId }), nothing),
  /** Takes a grant back at once; one officer is enough. */
  'bypass/revoke': call(
    z.strictObject({ grant: Digest, reason: z.string().trim().min(1).max(2000) }),
    nothing,
  ),
  'devices/identify': call(z.strictObject({ path: Path }), nothing),
  'devices/enrol': call(z.strictObject({ path: Path, device: Id }), nothing),
  'devices/set-pin': call(z.strictObject({ path: Path }), nothing),
  /** Proposes the next directory without this device. */
  'devices/remove': call(z.strictObject({ device: Id }), nothing),
  'directory/sign': call(z.strictObject({ digest: Digest }), nothing),
  'directory/withdraw': call(z.strictObject({ digest: Digest }), nothing),
  'keys/suspend': call(z.strictObject({ key: KeyName }), nothing),
  'keys/end-suspension': call(z.strictObject({ key: KeyName, how: z.enum(['final', 'lifted']) }), nothing),
  /** Begins one and answers with its id. Nothing is signed by it, and nothing made. */
  'ceremony/begin': call(BeginCeremony, CeremonyId),
  'ceremony/show': call(CeremonyId, CeremonyShown),
  /** Runs the act of the step: resolves when it runs, or when it waits in the authorize document. */
  'ceremony/act': call(CeremonyId, nothing),
  'ceremony/cancel': call(CeremonyId, nothing),
  'ceremony/say': call(Say, nothing),
  'ceremony/unsay': call(CeremonyId, nothing),
  /** Opens the authorize document in which the person of this role signs what is pending. */
  'ceremony/sign': call(SignAs, nothing),
  'ceremony/text': call(CeremonyId, CeremonyText),
  'ceremony/save': call(CeremonyId, Saved),
  'ceremony/verify': call(CeremonyId, CeremonyChecked),
  'journal/search': call(
    z.strictObject({
      query: z.string().max(500),
      before: z.int().min(0).nullable(),
      limit: z.int().min(1).max(200),
    }),
    JournalPage,
  ),
  'journal/show': call(z.strictObject({ seq: z.int().min(0) }), JournalDetail),
  'journal/verify': call(nothing, JournalVerdict),
  'journal/export': call(nothing, Saved),
  'evidence/verify': call(z.strictObject({ requestId: Ulid }), EvidenceVerdict),
  'evidence/save': call(z.strictObject({ requestId: Ulid }), Saved),
  'settings/set': call(
    z.strictObject({
      appearance: z.enum(appearances).optional(),
      language: z.enum(languages).optional(),
      notifications: z.boolean().optional(),
    }),
    nothing,
  ),
  /** A native dialog of main's; the page never names an address. */
  'settings/choose-signer': call(nothing, nothing),
  'act/read': call(nothing, Act),
  'act/begin': call(Begin, nothing),
  'act/pin': call(Pin, nothing),
  'act/cancel': call(ActId, nothing),
  'act/close': call(ActId, nothing),
  'virtual-key/read': call(nothing, VirtualKey),
  'virtual-key/press': call(nothing, nothing),
  'virtual-key/plug': call(z.strictObject({ plugged: z.boolean() }), nothing),
} satisfies Record<CallName, CallRow>;

export const events = {
  'status/changed': Status,
  'queue/changed': Queue,
  'bypass/changed': Bypass,
  'devices/changed': Devices,
  'keys/changed': Keys,
  'directory/changed': DirectoryRoom,
  'ceremonies/changed': Ceremonies,
  'settings/changed': Settings,
  'review/closed': z.strictObject({ reviewId: ReviewId, fault: Fault }),
  'app/navigate': z.discriminatedUnion('to', [
    z.strictObject({ to: z.literal('request'), requestId: Ulid }),
    z.strictObject({ to: z.literal('room'), room: z.string().max(32) }),
  ]),
  'act/changed': Act,
  'virtual-key/changed': VirtualKey,
} satisfies Record<EventName, z.ZodType>;

export type InputOf<N extends CallName> = z.input<(typeof calls)[N]['input']>;
export type GivenTo<N extends CallName> = z.output<(typeof calls)[N]['input']>;
export type OutputOf<N extends CallName> = z.output<(typeof calls)[N]['output']>;
export type EventValue<N extends EventName> = z.output<(typeof events)[N]>;

/** One function a call; forgetting one does not compile. Handlers of a page are given their slice of it. */
export type Handlers<F extends Frame = Frame> = {
  readonly [N in CallOf<F>]: (input: GivenTo<N>) => Promise<OutputOf<N>> | OutputOf<N>;
};
