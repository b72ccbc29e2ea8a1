// The copy of main's truth: whole snapshots by revision, written by the bridge and by nobody else.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Fault, Failure } from '../../contract/ipc/call.ts';
import type { CeremonyShown } from '../../contract/ipc/ceremony.ts';
import type { Snapshot } from '../../contract/ipc/calls.ts';
import type { Review } from '../../contract/ipc/review.ts';
import type { Hello } from '../../contract/ipc/status.ts';

/** The open review. `closed`: main ended it (`fault` says why); what it showed stays to be read, nothing can be done with it. */
export type ReviewState =
  | { readonly at: 'none' }
  | { readonly at: 'opening'; readonly requestId: string }
  | { readonly at: 'open'; readonly review: Review }
  | { readonly at: 'closed'; readonly review: Review; readonly fault: Fault }
  | { readonly at: 'failed'; readonly requestId: string; readonly failure: Failure };

/** The ceremony that is shown. */
export type CeremonyState =
  | { readonly at: 'none' }
  | { readonly at: 'opening'; readonly ceremony: string }
  | { readonly at: 'open'; readonly shown: CeremonyShown }
  | { readonly at: 'failed'; readonly ceremony: string; readonly failure: Failure };

/** `starting` until main has answered; `broken` when it cannot be asked. */
export type Start =
  | { readonly at: 'starting' }
  | { readonly at: 'ready'; readonly hello: Hello }
  | { readonly at: 'broken'; readonly failure: Failure };

export type Mirror = { readonly [R in keyof Snapshot]: Snapshot[R] | null } & {
  readonly start: Start;
  readonly review: ReviewState;
  readonly ceremony: CeremonyState;
};
export type MirrorStore = StoreApi<Mirror>;

const empty: Mirror = {
  start: { at: 'starting' },
  review: { at: 'none' },
  ceremony: { at: 'none' },
  status: null,
  queue: null,
  bypass: null,
  devices: null,
  keys: null,
  directory: null,
  ceremonies: null,
  settings: null,
};

/** A mirror of its own, empty. */
export function createMirror(): MirrorStore {
  return createStore<Mirror>(() => empty);
}

/** Takes a room's snapshot, unless what is there is as new: events and answers may overtake each other. */
export function applyRoom<R extends keyof Snapshot>(mirror: MirrorStore, room: R, next: Snapshot[R]): void {
  const held = mirror.getState()[room];
  if (held !== null && held.revision >= next.revision) return;
  mirror.setState({ [room]: next });
}

/** Takes all rooms at once. */
export function applySnapshot(mirror: MirrorStore, snapshot: Snapshot): void {
  for (const room of Object.keys(snapshot) as (keyof Snapshot)[]) applyRoom(mirror, room, snapshot[room]);
}

export function applyStart(mirror: MirrorStore, start: Start): void {
  mirror.setState({ start });
}

export function applyReview(mirror: MirrorStore, review: ReviewState): void {
  mirror.setState({ review });
}

/** Main closed a review; one that is not shown any more changes nothing. */
export function applyReviewClosed(mirror: MirrorStore, reviewId: string, fault: Fault): void {
  const { review } = mirror.getState();
  if (review.at === 'open' && review.review.reviewId === reviewId)
    mirror.setState({ review: { at: 'closed', review: review.review, fault } });
}

export function applyCeremony(mirror: MirrorStore, ceremony: CeremonyState): void {
  mirror.setState({ ceremony });
}

/** Takes a ceremony as it stands, unless another one is shown by now, or what is there is as new. */
export function applyCeremonyShown(mirror: MirrorStore, shown: CeremonyShown): void {
  const { ceremony: held } = mirror.getState();
  if (held.at === 'none') return;
  const id = held.at === 'open' ? held.shown.ceremony : held.ceremony;
  if (id !== shown.ceremony) return;
  if (held.at === 'open' && held.shown.revision >= shown.revision) return;
  mirror.setState({ ceremony: { at: 'open', shown } });
}
