// The sheet of all shortcuts, and the switch for those of a single character (WCAG 2.1.4).
import { Switch } from '@base-ui/react/switch';
import { useId } from 'react';
import { useWords } from '../catalogue/words.tsx';
import { shortcuts, type ShortcutId } from '../keys/table.ts';
import { selectPanel, selectPrefs, setPanel, setPrefs, useLocal, useLocalStore } from '../local/local.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Kbd } from '../ui/Kbd.tsx';
import { rooms } from './rooms.tsx';

const groups = ['everywhere', 'go', 'list', 'review', 'ceremony'] as const;

/** A shortcut to a room that this build does not have is not listed. */
const reachable = (id: ShortcutId): boolean =>
  !id.startsWith('go.') || rooms.some((room) => room.shortcut === id);

export function KeySheet() {
  const t = useWords();
  const local = useLocalStore();
  const id = useId();
  const open = useLocal(selectPanel) === 'help';
  const { singleKeys } = useLocal(selectPrefs);
  const ids = (Object.keys(shortcuts) as ShortcutId[]).filter(reachable);
  return (
    <Dialog open={open} onClose={() => setPanel(local, 'none')} title={t('sheet.title')} wide>
      <div className="grid min-h-0 gap-x-10 gap-y-5 overflow-auto p-5 sm:grid-cols-2" tabIndex={0}>
        {groups.map((group) => (
          <section key={group} aria-label={t(`sheet.${group}`)}>
            <h3 className="pb-1 text-sm font-medium text-ink-3">{t(`sheet.${group}`)}</h3>
            <dl>
              {ids
                .filter((each) => shortcuts[each].group === group)
                .map((each) => (
                  <div
                    key={each}
                    className="flex min-h-8 items-center gap-3 border-b border-line last:border-b-0"
                  >
                    <dt className="flex-1 text-ink">{t(shortcuts[each].label)}</dt>
                    <dd className="flex items-center gap-1.5 text-ink-2">
                      {shortcuts[each].keys.map((keys) => (
                        <span key={keys}>
                          <Kbd keys={keys} />
                          <span className="sr-only">{keys}</span>
                        </span>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="flex items-center gap-3 border-t border-line px-5 py-3">
        <Switch.Root
          aria-labelledby={id}
          checked={singleKeys}
          onCheckedChange={(checked) => setPrefs(local, { singleKeys: checked })}
          className="flex h-5 w-9 shrink-0 items-center rounded-full border border-control bg-sunken p-0.5 data-checked:border-accent data-checked:bg-accent"
        >
          <Switch.Thumb className="size-3.5 rounded-full bg-control transition-transform data-checked:translate-x-4 data-checked:bg-on-accent" />
        </Switch.Root>
        <p id={id} className="text-ink-2">
          {t('sheet.single')}
        </p>
      </div>
    </Dialog>
  );
}
