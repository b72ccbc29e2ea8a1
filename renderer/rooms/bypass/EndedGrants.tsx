// Grants that sign no more: how each ended, and how much of it was used.
import type { Grant } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { Officers } from '../Officer.tsx';
import { useNames } from '../useNames.ts';

export function EndedGrants({ grants }: { grants: readonly Grant[] }) {
  const t = useWords();
  const nameOf = useNames();
  const newest = [...grants].sort(
    (a, b) => Date.parse(b.endedAt ?? b.until) - Date.parse(a.endedAt ?? a.until),
  );
  const end = (grant: Grant) => {
    const why = grant.why ?? 'expired';
    return t.maybe(`bypass.why.${why}`, { officer: nameOf(grant.endedBy ?? '') }) ?? why;
  };
  return (
    <table className="w-full text-left">
      <thead>
        <tr className="border-b border-line text-sm text-ink-3">
          <th className="px-4 py-1.5 font-medium">{t('bypass.column.tenant')}</th>
          <th className="px-4 py-1.5 font-medium">{t('bypass.column.end')}</th>
          <th className="px-4 py-1.5 font-medium">{t('bypass.column.used')}</th>
          <th className="px-4 py-1.5 font-medium">{t('bypass.column.by')}</th>
          <th className="px-4 py-1.5 text-right font-medium">{t('bypass.column.when')}</th>
        </tr>
      </thead>
      <tbody>
        {newest.map((grant) => (
          <tr key={grant.grant} className="border-b border-line last:border-0">
            <td className="px-4 py-2 font-medium">{grant.tenant}</td>
            <td className="px-4 py-2">{end(grant)}</td>
            <td className="tabular px-4 py-2">
              {t('bypass.spent', { spent: grant.spent, count: grant.count })}
            </td>
            <td className="px-4 py-2">
              <Officers ids={grant.approvedBy} />
            </td>
            <td className="px-4 py-2 text-right">
              <RelativeTime time={grant.endedAt ?? grant.until} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
