// This person's own state: where they are, what they look for, which panel is open. Components write it, main never does.
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { everything, parsePrefs, PREFS_KEY, type InboxFilter, type Prefs } from './prefs.ts';

export const roomIds = ['inbox', 'bypass', 'ceremonies', 'devices', 'keys', 'journal', 'settings'] as const;
export type RoomId = (typeof roomIds)[number];

/** Where the person is; a review lies over the inbox. `chosen`: Authorize is to open over it once it stands. */
export type Place =
  | { readonly at: 'room'; readonly room: RoomId }
  | { readonly at: 'review'; readonly requestId: string; readonly chosen?: 'approve' | 'deny' };

/** Where in the ceremonies room: over all of them, gathering people for one, or in one. */
export type CeremoniesPlace =
  | { readonly at: 'list' }
  | { readonly at: 'gather'; readonly script: string; readonly kind: 'real' | 'rehearsal' }
  | { readonly at: 'run'; readonly ceremony: string };

export interface Local {
  readonly place: Place;
  readonly filter: InboxFilter;
  /** The row with the cursor: a request's id. */
  readonly cursor: string | null;
  readonly ceremonies: CeremoniesPlace;
  /** What somebody ticked as seen, by ceremony and step: places in the step's list. */
  readonly ticks: Readonly<Record<string, readonly number[]>>;
  readonly panel: 'none' | 'palette' | 'help';
  readonly prefs: Prefs;
}
export type LocalStore = StoreApi<Local>;

/** Where preferences are kept: the page's storage, or a map in a test. */
export type Keep = Pick<Storage, 'getItem' | 'setItem'>;

/** A store of its own. Only preferences outlive it. */
export function createLocal(keep: Keep): LocalStore {
  const store = createStore<Local>(() => ({
    place: { at: 'room', room: 'inbox' },
    filter: everything,
    cursor: null,
    ceremonies: { at: 'list' },
    ticks: {},
    panel: 'none',
    prefs: parsePrefs(keep.getItem(PREFS_KEY)),
  }));
  store.subscribe((now, before) => {
    if (now.prefs !== before.prefs) keep.setItem(PREFS_KEY, JSON.stringify(now.prefs));
  });
  return store;
}

export const goTo = (store: LocalStore, place: Place): void => store.setState({ place, panel: 'none' });
export const setPanel = (store: LocalStore, panel: Local['panel']): void => store.setState({ panel });
export const setCursor = (store: LocalStore, cursor: string | null): void => store.setState({ cursor });
export const setPrefs = (store: LocalStore, change: Partial<Prefs>): void =>
  store.setState(({ prefs }) => ({ prefs: { ...prefs, ...change } }));
export const setFilter = (store: LocalStore, change: Partial<InboxFilter>): void =>
  store.setState(({ filter }) => ({ filter: { ...filter, ...change } }));

export const setCeremonies = (store: LocalStore, ceremonies: CeremoniesPlace): void =>
  store.setState({ ceremonies, place: { at: 'room', room: 'ceremonies' }, panel: 'none' });
export const setTicks = (store: LocalStore, of: string, ticked: readonly number[]): void =>
  store.setState(({ ticks }) => ({ ticks: { ...ticks, [of]: ticked } }));

/** Whether a text names a room: what main sends with `app/navigate` is only a name. */
export const isRoom = (text: string): text is RoomId => roomIds.some((id) => id === text);

export const LocalContext = createContext<LocalStore | null>(null);

export function useLocalStore(): LocalStore {
  const store = useContext(LocalContext);
  if (!store) throw new Error('the local store is not provided');
  return store;
}

export function useLocal<T>(select: (local: Local) => T): T {
  return useStore(useLocalStore(), select);
}

export const selectPlace = (l: Local) => l.place;
export const selectFilter = (l: Local) => l.filter;
export const selectCursor = (l: Local) => l.cursor;
export const selectCeremonies = (l: Local) => l.ceremonies;
export const selectTicks = (l: Local) => l.ticks;
export const selectPanel = (l: Local) => l.panel;
export const selectPrefs = (l: Local) => l.prefs;
