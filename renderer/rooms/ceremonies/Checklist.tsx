// What must be seen, to be ticked as it is: the ticks are this screen's own, the signatures are what counts.
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { selectTicks, setTicks, useLocal, useLocalStore } from '../../local/local.ts';
import { Kbd, keysOf } from '../../ui/Kbd.tsx';

const none: readonly number[] = [];

/** What of this step is ticked, and how a tick is set. `of` names ceremony and step. */
export function useTicks(of: string): readonly [readonly number[], (at: number, on: boolean) => void] {
  const local = useLocalStore();
  const ticked = useLocal(selectTicks)[of] ?? none;
  return [ticked, (at, on) => setTicks(local, of, on ? [...ticked, at] : ticked.filter((one) => one !== at))];
}

export function Checklist({ see, of }: { see: readonly string[]; of: string }) {
  const t = useWords();
  const [ticked, tick] = useTicks(of);
  useShortcuts({
    tick: () => {
      const next = see.findIndex((_, at) => !ticked.includes(at));
      if (next >= 0) tick(next, true);
    },
  });
  return (
    <fieldset>
      <legend className="flex items-center gap-2 pb-1.5 font-semibold text-ink">
        {t('ceremony.see')}
        <Kbd keys={keysOf('tick')} className="text-ink-3" />
      </legend>
      <ul className="flex flex-col">
        {see.map((text, at) => (
          <li key={text}>
            <label className="flex min-h-8 items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover">
              <input
                type="checkbox"
                checked={ticked.includes(at)}
                onChange={(event) => tick(at, event.target.checked)}
                className="mt-0.5 size-4 shrink-0 accent-(--accent)"
              />
              <span className="text-md text-ink">{text}</span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
