// The rooms and their counts, the palette's button, and who sits here.
import {
  ChevronsUpDown,
  Keyboard,
  LogIn,
  LogOut,
  MonitorSmartphone,
  Search,
  ShieldCheck,
} from 'lucide-react';
import { useBridge } from '../bridge/use.ts';
import { useWords } from '../catalogue/words.tsx';
import { goTo, selectPlace, setPanel, useLocal, useLocalStore } from '../local/local.ts';
import { selectHello, selectLink, useMirror } from '../mirror/use.ts';
import { cx } from '../ui/cx.ts';
import { ariaKeys, Kbd, keysOf } from '../ui/Kbd.tsx';
import { Menu, MenuItem, MenuSeparator } from '../ui/Menu.tsx';
import { rooms, type RoomEntry } from './rooms.tsx';

function Entry({ room }: { room: RoomEntry }) {
  const t = useWords();
  const local = useLocalStore();
  const place = useLocal(selectPlace);
  const count = useMirror((m) => room.count?.(m) ?? 0);
  const here = place.at === 'room' ? place.room === room.id : room.id === 'inbox';
  const Icon = room.icon;
  return (
    <li>
      <button
        type="button"
        aria-current={here ? 'page' : undefined}
        onClick={() => goTo(local, { at: 'room', room: room.id })}
        className={cx(
          'group flex h-8 w-full items-center gap-2.5 rounded-md px-2.5 text-base font-medium max-[60rem]:justify-center max-[60rem]:px-0',
          here ? 'bg-accent-soft text-accent-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
        )}
      >
        <Icon aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
        <span className="truncate max-[60rem]:sr-only">{t(room.label)}</span>
        <Kbd
          keys={keysOf(room.shortcut)}
          className="ml-auto opacity-0 transition-opacity group-hover:opacity-70 group-focus-visible:opacity-70 max-[60rem]:hidden"
        />
        {count > 0 && (
          <span className="tabular text-sm font-semibold max-[60rem]:sr-only">
            {count}
            <span className="sr-only"> {t('frame.waiting')}</span>
          </span>
        )}
      </button>
    </li>
  );
}

function Officer() {
  const t = useWords();
  const bridge = useBridge();
  const hello = useMirror(selectHello);
  const link = useMirror(selectLink);
  if (!hello) return null;
  const { officer, machine, others } = hello;
  const out = link?.state === 'signed-out';
  // What goes wrong with these shows in the link's own state, which main sends.
  const run = (work: Promise<unknown>) => void work.catch(() => bridge.load());
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-hover max-[60rem]:justify-center"
        >
          <span
            aria-hidden="true"
            className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-sm font-semibold text-accent-ink"
          >
            {officer.name.slice(0, 1)}
          </span>
          <span className="min-w-0 flex-1 max-[60rem]:sr-only">
            <span className="block truncate font-medium text-ink">{officer.name}</span>
            <span className="block truncate text-sm text-ink-3">{machine}</span>
          </span>
          <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-ink-3 max-[60rem]:hidden" />
        </button>
      }
    >
      {others.map((other) => (
        <MenuItem
          key={other}
          icon={MonitorSmartphone}
          onChoose={() => run(bridge.ask('app/open-console', { officer: other }))}
        >
          {t('frame.open-console', { officer: other })}
        </MenuItem>
      ))}
      {others.length > 0 && <MenuSeparator />}
      {out ? (
        <MenuItem icon={LogIn} onChoose={() => run(bridge.ask('session/sign-in', {}))}>
          {t('session.sign-in')}
        </MenuItem>
      ) : (
        <MenuItem icon={LogOut} onChoose={() => run(bridge.ask('session/sign-out', {}))}>
          {t('session.sign-out')}
        </MenuItem>
      )}
    </Menu>
  );
}

export function Sidebar() {
  const t = useWords();
  const local = useLocalStore();
  return (
    <nav
      aria-label={t('frame.rooms')}
      className="flex w-54 shrink-0 flex-col gap-3 p-3 max-[60rem]:w-14 max-[60rem]:px-2"
    >
      <div className="flex h-7 items-center gap-2 px-1.5 max-[60rem]:justify-center">
        <ShieldCheck aria-hidden="true" className="size-4.5 shrink-0 text-accent-ink" strokeWidth={2} />
        <span className="truncate font-semibold text-ink max-[60rem]:sr-only">{t('frame.name')}</span>
      </div>
      <button
        type="button"
        title={t('palette.open')}
        aria-keyshortcuts={ariaKeys('palette')}
        onClick={() => setPanel(local, 'palette')}
        className="flex h-8 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-ink-3 hover:text-ink max-[60rem]:justify-center max-[60rem]:px-0"
      >
        <Search aria-hidden="true" className="size-3.5 shrink-0" />
        <span className="truncate max-[60rem]:sr-only">{t('palette.short')}</span>
        <Kbd keys={keysOf('palette')} className="ml-auto max-[60rem]:hidden" />
      </button>
      <ul className="flex flex-col gap-0.5">
        {rooms.map((room) => (
          <Entry key={room.id} room={room} />
        ))}
      </ul>
      <div className="mt-auto flex flex-col gap-1">
        <button
          type="button"
          onClick={() => setPanel(local, 'help')}
          className="flex h-7 items-center gap-2.5 rounded-md px-2.5 text-ink-3 hover:bg-hover hover:text-ink max-[60rem]:justify-center max-[60rem]:px-0"
        >
          <Keyboard aria-hidden="true" className="size-4 shrink-0" strokeWidth={1.75} />
          <span className="truncate max-[60rem]:sr-only">{t('sheet.short')}</span>
          <Kbd keys={keysOf('help')} className="ml-auto opacity-70 max-[60rem]:hidden" />
        </button>
        <Officer />
      </div>
    </nav>
  );
}
