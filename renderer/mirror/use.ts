// How components read the mirror: by a selector, never whole.
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Mirror, MirrorStore } from './mirror.ts';

export const MirrorContext = createContext<MirrorStore | null>(null);

/** What `select` finds in the mirror, and again whenever that changes. */
export function useMirror<T>(select: (mirror: Mirror) => T): T {
  const store = useContext(MirrorContext);
  if (!store) throw new Error('the mirror is not provided');
  return useStore(store, select);
}

export const selectHello = (m: Mirror) => (m.start.at === 'ready' ? m.start.hello : null);
export const selectStatus = (m: Mirror) => m.status;
export const selectQueue = (m: Mirror) => m.queue;
export const selectReview = (m: Mirror) => m.review;
export const selectCeremonies = (m: Mirror) => m.ceremonies;
export const selectCeremony = (m: Mirror) => m.ceremony;
export const selectSettings = (m: Mirror) => m.settings;
export const selectLink = (m: Mirror) => m.status?.link ?? null;
/** The grants that still sign. */
export const selectLiveGrants = (m: Mirror) => m.bypass?.grants.filter((g) => g.state === 'live').length ?? 0;
