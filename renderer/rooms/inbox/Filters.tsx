// The inbox's second line: search, chips, order, saved views.
import { ArrowDownUp, Bookmark, BookmarkPlus, Hourglass, Search, UserRound, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { holdKinds } from './kinds.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import {
  selectFilter,
  selectPrefs,
  setFilter,
  setPrefs,
  useLocal,
  useLocalStore,
  type Local,
} from '../../local/local.ts';
import { everything } from '../../local/prefs.ts';
import type { Mirror } from '../../mirror/mirror.ts';
import { useMirror } from '../../mirror/use.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { cx } from '../../ui/cx.ts';
import { inputLook } from '../../ui/Field.tsx';
import { Kbd, keysOf } from '../../ui/Kbd.tsx';
import { Menu, MenuItem, MenuRadio, MenuSeparator } from '../../ui/Menu.tsx';
import { kindIcons } from './names.ts';
import { SaveView } from './SaveView.tsx';

const hasCeremony = (m: Mirror): boolean => m.queue?.rows.some((row) => row.kind === 'ceremony') ?? false;
const isFiltered = ({ filter }: Local): boolean =>
  filter.query !== '' || filter.kinds.length > 0 || filter.mine || filter.urgent;

function SearchField() {
  const t = useWords();
  const local = useLocalStore();
  const { query } = useLocal(selectFilter);
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ search: () => input.current?.focus() });
  return (
    <div className="relative w-60">
      <Search aria-hidden="true" className="absolute top-1.5 left-2 size-4 text-ink-3" strokeWidth={1.75} />
      <input
        ref={input}
        type="search"
        value={query}
        maxLength={500}
        aria-label={t('inbox.search')}
        placeholder={t('inbox.search')}
        onChange={(event) => setFilter(local, { query: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (query === '') input.current?.blur();
          else setFilter(local, { query: '' });
        }}
        className={cx(inputLook, 'pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden')}
      />
      {query === '' && <Kbd keys={keysOf('search')} className="absolute top-1.25 right-1.5 text-ink-3" />}
    </div>
  );
}

function Views() {
  const t = useWords();
  const local = useLocalStore();
  const { views } = useLocal(selectPrefs);
  const filtered = useLocal(isFiltered);
  const [saving, setSaving] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <Button look="plain" size="sm" icon={Bookmark}>
            {t('inbox.views')}
          </Button>
        }
      >
        {views.map((view) => (
          <MenuItem
            key={view.name}
            icon={Bookmark}
            onChoose={() => {
              setFilter(local, view.filter);
              setPrefs(local, { sort: view.sort });
            }}
          >
            {view.name}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuSeparator />}
        {views.map((view) => (
          <MenuItem
            key={view.name}
            icon={X}
            onChoose={() => setPrefs(local, { views: views.filter((other) => other.name !== view.name) })}
          >
            {t('inbox.views.forget', { name: view.name })}
          </MenuItem>
        ))}
        {views.length > 0 && <MenuSeparator />}
        <MenuItem icon={BookmarkPlus} disabled={!filtered} onChoose={() => setSaving(true)}>
          {t('inbox.views.save')}
        </MenuItem>
      </Menu>
      <SaveView open={saving} onClose={() => setSaving(false)} />
    </>
  );
}

export function Filters() {
  const t = useWords();
  const local = useLocalStore();
  const filter = useLocal(selectFilter);
  const ceremony = useMirror(hasCeremony);
  const filtered = useLocal(isFiltered);
  const kinds = holdKinds.filter((kind) => kind !== 'ceremony' || ceremony);
  const toggle = (kind: string) =>
    setFilter(local, {
      kinds: filter.kinds.includes(kind) ? filter.kinds.filter((k) => k !== kind) : [...filter.kinds, kind],
    });
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-5 py-2">
      <SearchField />
      <div role="group" aria-label={t('inbox.filters')} className="flex flex-wrap items-center gap-1.5">
        {kinds.map((kind) => (
          <Chip
            key={kind}
            icon={kindIcons[kind]}
            on={filter.kinds.includes(kind)}
            onToggle={() => toggle(kind)}
          >
            {t(`kind.${kind}`)}
          </Chip>
        ))}
        <Chip icon={UserRound} on={filter.mine} onToggle={() => setFilter(local, { mine: !filter.mine })}>
          {t('inbox.mine')}
        </Chip>
        <Chip
          icon={Hourglass}
          on={filter.urgent}
          onToggle={() => setFilter(local, { urgent: !filter.urgent })}
        >
          {t('inbox.urgent')}
        </Chip>
        {filtered && (
          <Button look="plain" size="sm" icon={X} onClick={() => setFilter(local, everything)}>
            {t('inbox.clear')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Order and saved views, for the end of the room's first line. */
export function Arrange() {
  const t = useWords();
  const local = useLocalStore();
  const { sort } = useLocal(selectPrefs);
  return (
    <>
      <Menu
        trigger={
          <Button look="plain" size="sm" icon={ArrowDownUp}>
            {t(`inbox.sort.${sort}`)}
          </Button>
        }
      >
        <MenuRadio
          value={sort}
          onChange={(next) => setPrefs(local, { sort: next })}
          options={[
            { value: 'urgent', label: t('inbox.sort.urgent'), says: t('inbox.sort.urgent.says') },
            { value: 'newest', label: t('inbox.sort.newest'), says: t('inbox.sort.newest.says') },
          ]}
        />
      </Menu>
      <Views />
    </>
  );
}
