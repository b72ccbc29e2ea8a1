// Why nobody can approve this here: what the Console found wrong.
import { Lock } from 'lucide-react';
import type { Review } from '../../../contract/ipc/review.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';

export function Locks({ review }: { review: Review }) {
  const t = useWords();
  const meaning = useMeaning();
  const { locks } = review;
  return (
    <>
      {locks.length > 0 && (
        <Banner tone="danger" icon={Lock} title={t('review.locked')}>
          <ul className="mt-1 flex flex-col gap-1.5">
            {locks.map(({ code, detail }) => (
              <li key={`${code}${detail}`}>
                <span className="text-ink">{meaning(code).says}</span>{' '}
                <span className="exact text-sm text-ink-3">{code}</span>
                {detail && <UntrustedText text={detail} limit={160} exact className="ml-1.5" />}
              </li>
            ))}
          </ul>
          <p className="mt-1.5">{t('review.locked.next')}</p>
        </Banner>
      )}
    </>
  );
}
