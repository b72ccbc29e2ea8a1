// A key's full name, as the directory writes it: whole, and to be copied.
import { Copy } from 'lucide-react';
import { useWords } from '../catalogue/words.tsx';
import { IconButton } from '../ui/Button.tsx';
import { useCopy } from '../ui/copy.ts';
import { cx } from '../ui/cx.ts';
import type { KeyWords } from './keyWords.ts';

export function KeyUri({ words, className }: { words: KeyWords; className?: string }) {
  const t = useWords();
  const copy = useCopy();
  return (
    <span className={cx('flex items-start gap-1', className)}>
      <span className="sr-only">{t('key.uri')}</span>
      <span className="exact min-w-0 text-sm leading-6 break-all text-ink-3">{words.uri}</span>
      {copy && (
        <IconButton
          icon={Copy}
          label={t('ui.copy.what', { what: t('rail.copy-uri', { key: words.name }) })}
          onClick={() => copy(words.uri)}
        />
      )}
    </span>
  );
}
