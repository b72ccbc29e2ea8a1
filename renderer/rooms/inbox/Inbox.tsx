// The inbox: what is held and waits for officers; live, and still under the hand.
import { Inbox as InboxIcon, SearchX } from 'lucide-react';
import { useCallback, useMemo, useRef } from 'react';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import { useWords } from '../../catalogue/words.tsx';
import { selectFilter, selectPrefs, setFilter, useLocal, useLocalStore } from '../../local/local.ts';
import { everything } from '../../local/prefs.ts';
import { selectLink, selectQueue, useMirror } from '../../mirror/use.ts';
import { useShortcuts } from '../../keys/use.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { useKeyNames } from '../useKeyNames.ts';
import { useNames } from '../useNames.ts';
import { useDecide } from '../review/useDecide.ts';
import { Arrange, Filters } from './Filters.tsx';
import { List } from './List.tsx';
import { Notices } from './Notices.tsx';
import { isLive } from './order.ts';
import { useFrozen } from './useFrozen.ts';
import { useLive } from './useLive.ts';

const none: readonly QueueRow[] = [];

function Loading() {
  const t = useWords();
  return (
    <div className="relative h-full">
      <div aria-hidden="true" className="flex flex-col">
        {Array.from({ length: 7 }, (_, index) => (
          <div key={index} className="flex h-14 items-center gap-4 border-b border-line px-5">
            <span className="size-8 rounded-md bg-hover" />
            <span className="h-3.5 w-56 rounded-sm bg-hover" />
            <span className="ml-auto h-3.5 w-24 rounded-sm bg-hover" />
          </div>
        ))}
      </div>
      <div className="absolute inset-x-0 top-28 flex justify-center">
        <div className="rounded-lg bg-surface px-6 py-4 empty:hidden">
          <Progress label={t('inbox.loading')} />
        </div>
      </div>
    </div>
  );
}

function Empty({ waiting }: { waiting: number }) {
  const t = useWords();
  const local = useLocalStore();
  const link = useMirror(selectLink);
  if (waiting > 0)
    return (
      <EmptyState
        icon={SearchX}
        title={t('inbox.empty.filter')}
        actions={<Button onClick={() => setFilter(local, everything)}>{t('inbox.clear')}</Button>}
      >
        {t('inbox.empty.filter.says', { count: waiting })}
      </EmptyState>
    );
  const known = link?.state === 'online';
  return (
    <EmptyState icon={InboxIcon} title={t(known ? 'inbox.empty' : 'inbox.unknown')}>
      {t(known ? 'inbox.empty.says' : 'inbox.unknown.says')}
    </EmptyState>
  );
}

export function Inbox() {
  const t = useWords();
  const local = useLocalStore();
  const queue = useMirror(selectQueue);
  const link = useMirror(selectLink);
  const filter = useLocal(selectFilter);
  const { sort } = useLocal(selectPrefs);
  const list = useRef<HTMLDivElement>(null);
  const frozen = useFrozen(list);
  const rows = queue?.rows ?? none;
  const nameOf = useNames();
  const keyOf = useKeyNames();
  const { live, apply } = useLive(rows, filter, sort, frozen.frozen, nameOf, keyOf);
  const actions = useDecide();
  const waiting = useMemo(() => rows.filter(isLive).length, [rows]);
  const clear = useCallback(() => setFilter(local, everything), [local]);
  useShortcuts({ back: clear });
  const away = link !== null && ['offline', 'closed', 'signed-out'].includes(link.state);
  const loading = queue === null || (!queue.whole && rows.length === 0 && !away);
  return (
    <Room
      title={t('room.inbox')}
      count={loading ? undefined : t('inbox.count', { count: waiting })}
      flush
      actions={<Arrange />}
      bar={<Filters />}
    >
      <div className="flex h-full min-h-0 flex-col">
        <Notices />
        {loading ? (
          <Loading />
        ) : live.shown.length === 0 ? (
          <Empty waiting={waiting} />
        ) : (
          <List
            live={live}
            apply={apply}
            frozen={frozen}
            list={list}
            actions={actions}
            nameOf={nameOf}
            keyOf={keyOf}
          />
        )}
      </div>
    </Room>
  );
}
