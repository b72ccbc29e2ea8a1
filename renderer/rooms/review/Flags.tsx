// What is odd about the payload itself, worst first: each flag a glyph, a word and what it means.
import type { Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { Tone } from '../../ui/tone.ts';

type Flag = Review['flags'][number];
const ranks: readonly Flag['severity'][] = ['danger', 'warning', 'note'];
const tones: Readonly<Record<Flag['severity'], Tone>> = {
  danger: 'danger',
  warning: 'warn',
  note: 'neutral',
};

export const worstFirst = (flags: readonly Flag[]): Flag[] =>
  flags.toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));

export function Flags({ flags }: { flags: readonly Flag[] }) {
  const t = useWords();
  if (flags.length === 0) return null;
  return (
    <Panel title={t('review.flags')} aside={t('review.flags.count', { count: flags.length })} flush>
      <ul>
        {worstFirst(flags).map(({ code, severity }) => (
          <li
            key={code}
            className="grid grid-cols-[6rem_minmax(0,1fr)] items-start gap-x-4 border-b border-line px-4 py-2 last:border-b-0"
          >
            <span>
              <Badge tone={tones[severity]}>{t(`severity.${severity}`)}</Badge>
            </span>
            <span>
              <span className="font-medium text-ink">{t.maybe(`flag.${code}`) ?? code}</span>{' '}
              <span className="text-ink-2">{t.maybe(`flag.${code}.says`)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
