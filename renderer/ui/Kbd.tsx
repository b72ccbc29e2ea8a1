// A key as it stands on the keyboard, beside the words of what it does.
import { shortcuts, type ShortcutId } from '../keys/table.ts';
import { useMac } from '../keys/use.tsx';
import { cx } from './cx.ts';

const signs: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  Enter: '↵',
  ArrowUp: '↑',
  ArrowDown: '↓',
};

function caps(keys: string, mac: boolean): string[] {
  return keys.split(' ').flatMap((chord) =>
    chord.split('+').map((key) => {
      if (key === 'mod') return mac ? '⌘' : 'Ctrl';
      return signs[key] ?? (key.length === 1 ? key.toUpperCase() : key);
    }),
  );
}

/** `keys` as the shortcut table writes them. Hidden from readers: `aria-keyshortcuts` says it to them. */
export function Kbd({ keys, className }: { keys: string; className?: string }) {
  const mac = useMac();
  return (
    <span aria-hidden="true" className={cx('inline-flex shrink-0 items-center gap-0.5', className)}>
      {caps(keys, mac).map((cap, index) => (
        <kbd
          key={`${cap}${index}`}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-current/30 px-1 font-sans text-xs leading-none font-medium"
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}

/** The first keys of a shortcut. */
export const keysOf = (id: ShortcutId): string => shortcuts[id].keys[0];

/** As `aria-keyshortcuts` wants it; sequences have no form there and are left out. */
export function ariaKeys(id: ShortcutId | undefined): string | undefined {
  if (id === undefined) return undefined;
  const keys = keysOf(id);
  return keys.includes(' ') ? undefined : keys.replace('mod', 'Control');
}
