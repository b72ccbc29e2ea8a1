// The inbox's second line: search, chips, order, saved views.
import { ArrowDownUp, Bookmark, BookmarkPlus, Hourglass, UserRound, X } from 'lucide-react';
import { useState } from 'react';
import { holdKinds } from './kinds.ts';
import { useWords } from '../../catalogue/words.tsx';
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
import { Menu, MenuItem, MenuRadio, MenuSeparator } from '../../ui/Menu.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { kindIcons } from './names.ts';
import { SaveView } from './SaveView.tsx';

const hasCeremony = (m: Mirror): boolean => m.queue?.rows.some((row) => row.kind === 'ceremony') ?? false;
const isFiltered = ({ filter }: Local): boolean =>
  filter.query !== '' || filter.kinds.length > 0 || filter.mine || filter.urgent;

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
      <SearchField
        label={t('inbox.search')}
        value={filter.query}
        onChange={(query) => setFilter(local, { query })}
      />
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
