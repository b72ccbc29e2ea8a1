// What this person likes, kept between starts: order of the inbox, saved views, single keys. Nothing of a request.

export type SortOrder = 'urgent' | 'newest';
export interface InboxFilter {
  readonly query: string;
  readonly kinds: readonly string[];
  readonly mine: boolean;
  readonly urgent: boolean;
}
export interface SavedView {
  readonly name: string;
  readonly filter: InboxFilter;
  readonly sort: SortOrder;
}
export interface Prefs {
  readonly sort: SortOrder;
  readonly views: readonly SavedView[];
  readonly singleKeys: boolean;
}

export const everything: InboxFilter = { query: '', kinds: [], mine: false, urgent: false };
export const defaults: Prefs = { sort: 'urgent', views: [], singleKeys: true };
export const PREFS_KEY = 'signer-console/prefs/1';
const MOST_VIEWS = 20;

const isRecord = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const isText = (v: unknown, most: number): v is string => typeof v === 'string' && v.length <= most;
const isSort = (v: unknown): v is SortOrder => v === 'urgent' || v === 'newest';

function filterOf(v: unknown): InboxFilter | null {
  if (!isRecord(v) || !isText(v['query'], 500) || !Array.isArray(v['kinds']) || v['kinds'].length > 16)
    return null;
  if (typeof v['mine'] !== 'boolean' || typeof v['urgent'] !== 'boolean') return null;
  const kinds = (v['kinds'] as unknown[]).filter((kind) => isText(kind, 64));
  return { query: v['query'], kinds, mine: v['mine'], urgent: v['urgent'] };
}

function viewOf(v: unknown): SavedView | null {
  if (!isRecord(v) || !isText(v['name'], 60) || v['name'] === '' || !isSort(v['sort'])) return null;
  const filter = filterOf(v['filter']);
  return filter && { name: v['name'], filter, sort: v['sort'] };
}

/** Reads what was kept; whatever is not of the form falls back to its default, so that a broken store breaks nothing. */
export function parsePrefs(text: string | null): Prefs {
  const value = text === null ? null : parsed(text);
  if (!isRecord(value)) return defaults;
  const views = Array.isArray(value['views']) ? (value['views'] as unknown[]) : [];
  return {
    sort: isSort(value['sort']) ? value['sort'] : defaults.sort,
    views: views
      .map(viewOf)
      .filter((view) => view !== null)
      .slice(0, MOST_VIEWS),
    singleKeys: typeof value['singleKeys'] === 'boolean' ? value['singleKeys'] : defaults.singleKeys,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
