// Work that takes longer than a moment: silent for a second, then a bar, after ten seconds a way out.
import { useEffect, useState } from 'react';
import { useWords } from '../catalogue/words.tsx';
import { Button } from './Button.tsx';

/** True once `ms` milliseconds have passed since the component came. */
export function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return passed;
}

export function Progress({ label, onCancel }: { label: string; onCancel?: () => void }) {
  const t = useWords();
  const slow = useAfter(1000);
  const long = useAfter(10_000);
  if (!slow) return null;
  return (
    <div role="status" className="mx-auto flex w-72 flex-col items-center gap-3 text-ink-2">
      <span>{label}</span>
      <span aria-hidden="true" className="h-1 w-full overflow-hidden rounded-full bg-line">
        <span className="block h-full w-2/5 rounded-full bg-accent pulse-soft" />
      </span>
      {long && onCancel && <Button onClick={onCancel}>{t('ui.cancel')}</Button>}
    </div>
  );
}
