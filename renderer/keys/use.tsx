// Shortcuts in components: whoever was mounted last and handles one gets it; dialogs and text fields keep their keys.
import { createContext, useContext, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { isCharacter, nameOf, Sequences } from './dispatch.ts';
import type { ShortcutId } from './table.ts';

export type Handlers = Partial<Record<ShortcutId, () => void>>;

interface Desk {
  add(handlers: () => Handlers): () => void;
  readonly mac: boolean;
}
const DeskContext = createContext<Desk | null>(null);

const writing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select'));
const owned = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[role=dialog], [role=menu], [role=listbox]') !== null;
/** Enter on a button or a link presses that, whatever else the page would do with it. */
const pressable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a, summary, [role=button], [role=tab]') !== null;

function takes(event: KeyboardEvent, name: string, characters: boolean): boolean {
  if (
    event.defaultPrevented ||
    event.isComposing ||
    event.repeat !== (event.repeat && /^(j|k|Arrow)/.test(name))
  )
    return false;
  if (owned(event.target)) return false;
  if (writing(event.target)) return name === 'Escape' || name.startsWith('mod+');
  if (name === 'Enter' && pressable(event.target)) return false;
  return characters || !isCharacter(name) || name.startsWith('mod+');
}

/**
 * `characters`: whether single characters act; `platform` as main says it. `covered`: a dialog is open or opening, and until
 * it has the focus its keys must reach nothing behind it.
 */
export function ShortcutDesk(props: {
  platform: string;
  characters: boolean;
  covered: boolean;
  children: ReactNode;
}) {
  const stack = useRef<(() => Handlers)[]>([]);
  const mac = props.platform.startsWith('darwin');
  const { characters, covered } = props;
  useEffect(() => {
    if (covered) return undefined;
    const sequences = new Sequences();
    const onKey = (event: KeyboardEvent) => {
      const name = nameOf(event, mac);
      if (name === null || !takes(event, name, characters)) return;
      const id = sequences.press(name, performance.now());
      if (id === null) return;
      const handler = stack.current.findLast((handlers) => handlers()[id])?.()[id];
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [mac, characters, covered]);
  const desk = useMemo<Desk>(
    () => ({
      mac,
      add(handlers) {
        stack.current.push(handlers);
        return () => {
          stack.current = stack.current.filter((other) => other !== handlers);
        };
      },
    }),
    [mac],
  );
  return <DeskContext value={desk}>{props.children}</DeskContext>;
}

/** Handles shortcuts while the component stands. The handlers may change at every render. */
export function useShortcuts(handlers: Handlers): void {
  const desk = useContext(DeskContext);
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => desk?.add(() => latest.current), [desk]);
}

/** Whether the command key is macOS's; where there is no desk (the authorize document) it is not asked. */
export function useMac(): boolean {
  return useContext(DeskContext)?.mac ?? false;
}
