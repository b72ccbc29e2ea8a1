// The check words, large: to be read aloud across a room and compared with paper.
import { useWords } from '../../catalogue/words.tsx';

export function Words({ words }: { words: readonly string[] }) {
  const t = useWords();
  return (
    <ol
      aria-label={t('ui.words')}
      className="grid grid-cols-4 gap-2 rounded-lg border border-line-strong bg-surface p-4 max-[60rem]:grid-cols-2"
    >
      {words.map((word, at) => (
        <li key={`${word}${at}`} className="flex items-baseline gap-2 rounded-md bg-sunken px-3 py-1.5">
          <span aria-hidden="true" className="tabular text-sm text-ink-3">
            {at + 1}
          </span>
          <span className="text-xl font-semibold text-ink">{word}</span>
        </li>
      ))}
    </ol>
  );
}
