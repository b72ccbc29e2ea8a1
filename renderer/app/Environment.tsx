// Which world this is. A demo is striped from edge to edge; production is silent.
import { FlaskConical } from 'lucide-react';
import { useWords } from '../catalogue/words.tsx';
import { selectHello, selectStatus, useMirror } from '../mirror/use.ts';

export function Environment() {
  const t = useWords();
  const hello = useMirror(selectHello);
  const environment = useMirror(selectStatus)?.environment ?? null;
  const shown = hello?.demo ? 'demo' : environment;
  if (shown !== 'demo' && shown !== 'staging') return null;
  return (
    <aside
      aria-label={t('env.label')}
      className="stripes flex h-8 shrink-0 items-center justify-center border-b border-warn-line bg-warn-soft text-warn-ink"
    >
      <p className="flex h-full min-w-0 items-center gap-2 bg-warn-soft px-4 text-sm">
        <FlaskConical aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={2.25} />
        <strong className="font-bold tracking-[0.08em] uppercase">{t(`env.${shown}`)}</strong>
        <span className="truncate font-medium">{t(`env.${shown}.says`)}</span>
      </p>
    </aside>
  );
}
