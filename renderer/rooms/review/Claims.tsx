// All that the payload claims: searched in main, shown as a table of which only what is seen is here.
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { Claim } from '../../../contract/ipc/review.ts';
import { useWords, type MessageKey } from '../../catalogue/words.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { VirtualTable, type Column } from '../../ui/VirtualTable.tsx';
import { useClaims } from './claims.ts';
import { Pointer } from './Pointer.tsx';

/** What kind of value it is, so that 9.8 and "9.8" never look alike. */
export function typeOf({ path, value }: Claim): MessageKey {
  if (path.startsWith('{}')) return 'claim.object';
  if (path.startsWith('[]')) return 'claim.array';
  if (path.startsWith('#') || typeof value === 'number') return 'claim.number';
  if (typeof value === 'boolean') return 'claim.boolean';
  return value === null ? 'claim.null' : 'claim.text';
}

export function Value({ claim, limit = 200 }: { claim: Claim; limit?: number }) {
  const t = useWords();
  const { path, value, size } = claim;
  if (path.startsWith('{}') || path.startsWith('[]'))
    return <span className="text-ink-3 italic">{t('claim.empty')}</span>;
  if (value === null) return <span className="text-ink-3 italic">{t('claim.nothing')}</span>;
  if (typeof value === 'boolean')
    return <span className="exact">{t(value ? 'claim.true' : 'claim.false')}</span>;
  if (typeof value === 'number') return <span className="exact tabular">{value}</span>;
  return (
    <>
      <UntrustedText text={value} limit={limit} exact bare />
      {size > value.length && (
        <span className="ml-1.5 text-sm text-ink-3">{t('claim.cut', { shown: value.length, size })}</span>
      )}
    </>
  );
}

/** What is typed, once the typing pauses. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 150);
    return () => clearTimeout(timer);
  }, [text]);
  return useDeferredValue(settled);
}

export function Claims({ reviewId, claims }: { reviewId: string; claims: number }) {
  const t = useWords();
  const [query, setQuery] = useState('');
  const found = useClaims(reviewId, useSettled(query));
  const columns = useMemo<readonly Column<Claim>[]>(
    () => [
      { id: 'path', head: t('claim.path'), cell: (claim) => <Pointer path={claim.path} /> },
      {
        id: 'type',
        head: t('claim.type'),
        cell: (claim) => <span className="text-sm text-ink-3">{t(typeOf(claim))}</span>,
      },
      { id: 'value', head: t('claim.value'), cell: (claim) => <Value claim={claim} /> },
    ],
    [t],
  );
  return (
    <div>
      <div className="flex items-center gap-3 px-4 py-2">
        <SearchField label={t('claim.search')} value={query} onChange={setQuery} />
        <span role="status" className="tabular text-sm text-ink-3">
          {found.total === null ? '' : t('claim.count', { total: found.total, claims })}
        </span>
      </div>
      {found.failure && (
        <div className="p-4">
          <FaultBanner fault={found.failure} />
        </div>
      )}
      {found.total === null ? (
        <div className="flex h-40 items-center justify-center">
          <Progress label={t('claim.loading')} />
        </div>
      ) : found.total === 0 ? (
        <p className="border-t border-line bg-quote px-4 py-6 text-ink-3">
          {t(claims === 0 ? 'claim.none' : 'claim.none.found')}
        </p>
      ) : (
        <VirtualTable
          label={t('claim.table')}
          total={found.total}
          rowAt={found.rowAt}
          onNear={found.near}
          columns={columns}
          grid="grid-cols-[minmax(0,5fr)_4.5rem_minmax(0,6fr)]"
          height={33}
          className="max-h-96 min-h-24 border-t border-line bg-quote"
        />
      )}
    </div>
  );
}
