// What is different from the last statement about the same subject that was approved on this machine.
import { Equal, Minus, Plus, Replace } from 'lucide-react';
import { useState } from 'react';
import type { Change, Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Button } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { Pointer } from './Pointer.tsx';

const FIRST = 6;

type How = 'added' | 'removed' | 'changed';
const howOf = ({ before, after }: Change): How =>
  before === null ? 'added' : after === null ? 'removed' : 'changed';
const glyphs = { added: Plus, removed: Minus, changed: Replace } as const;

function Item({ change }: { change: Change }) {
  const t = useWords();
  const how = howOf(change);
  const Icon = glyphs[how];
  return (
    <li className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-4 border-b border-line px-4 py-2 last:border-b-0">
      <span className="flex items-center gap-1.5 self-start leading-5 text-ink-2">
        <Icon aria-hidden="true" className="size-3.5 text-ink-3" />
        {t(`change.${how}`)}
      </span>
      <div className="min-w-0">
        <Pointer path={change.path} />
        <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1">
          {change.before !== null && (
            <>
              <span className="text-sm text-ink-3">{t('change.was')}</span>
              <UntrustedText text={change.before} limit={160} exact />
            </>
          )}
          {how === 'changed' && <span className="text-sm text-ink-3">{t('change.to')}</span>}
          {change.after !== null && <UntrustedText text={change.after} limit={160} exact />}
        </div>
      </div>
    </li>
  );
}

export function Changes({ review }: { review: Review }) {
  const t = useWords();
  const [all, setAll] = useState(false);
  const { baseline, changes, changeCount } = review;
  if (!baseline)
    return (
      <Panel title={t('review.changes')}>
        <p className="text-ink-2">{t('review.changes.none-before')}</p>
      </Panel>
    );
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <Panel
      title={t('review.changes')}
      aside={t.rich('review.changes.since', {
        count: changeCount,
        time: <RelativeTime key="time" time={baseline.at} />,
      })}
      flush
    >
      {changeCount === 0 ? (
        <p className="flex items-center gap-2 p-4 text-ink-2">
          <Equal aria-hidden="true" className="size-4 text-ink-3" />
          {t('review.changes.none')}
        </p>
      ) : (
        <ul>
          {shown.map((change) => (
            <Item key={change.path} change={change} />
          ))}
        </ul>
      )}
      {changes.length > FIRST && (
        <div className="border-t border-line px-4 py-2">
          <Button look="plain" size="sm" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t('ui.less') : t('review.changes.all', { count: changes.length })}
          </Button>
        </div>
      )}
      {changeCount > changes.length && (
        <p className="border-t border-line px-4 py-2 text-sm text-ink-3">
          {t('review.changes.beyond', { count: changeCount - changes.length })}
        </p>
      )}
    </Panel>
  );
}
