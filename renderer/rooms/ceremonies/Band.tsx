// The band over everything of a rehearsal: it stays, and nobody takes it for the real thing.
import { Drama } from 'lucide-react';
import { useWords } from '../../catalogue/words.tsx';

export function RehearsalBand() {
  const t = useWords();
  return (
    <div
      role="note"
      className="stripes flex shrink-0 items-center justify-center border-y-2 border-warn bg-warn-soft py-1.5"
    >
      <p className="flex items-center gap-2 rounded-md bg-warn-soft px-3 py-0.5 text-md font-semibold text-warn-ink">
        <Drama aria-hidden="true" className="size-4 shrink-0" strokeWidth={2} />
        {t('ceremony.rehearsal.band')}
      </p>
    </div>
  );
}
