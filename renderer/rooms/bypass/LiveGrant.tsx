// One grant that signs now: how much of it is left, in time and in signatures, who opened it, and its end in one step.
import { Siren } from 'lucide-react';
import type { Grant } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { Fact, Facts } from '../../ui/Panel.tsx';
import { secondsLeft } from '../../ui/seconds.ts';
import { exactTime, stretch, useNow } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { Officers } from '../Officer.tsx';
import { Revoke } from './Revoke.tsx';

/** A stretch that is used up, as a bar whose words stand beside it. */
function Used({ part }: { part: number }) {
  const width = Math.round(Math.min(1, Math.max(0, part)) * 100);
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 2"
      preserveAspectRatio="none"
      className="mt-1.5 h-1.5 w-full rounded-full"
    >
      <rect width="100" height="2" className="fill-line" />
      <rect width={width} height="2" className="fill-warn" />
    </svg>
  );
}

function Meter(props: { name: string; value: string; part: number; says: string }) {
  return (
    <div className="min-w-0">
      <p className="text-sm text-ink-3">{props.name}</p>
      <p className="tabular text-2xl font-semibold text-ink">{props.value}</p>
      <Used part={props.part} />
      <p className="mt-1 text-sm text-ink-3">{props.says}</p>
    </div>
  );
}

export function LiveGrant({ grant }: { grant: Grant }) {
  const t = useWords();
  const now = useNow();
  const whole = Math.max(1, (Date.parse(grant.until) - Date.parse(grant.from)) / 1000);
  // The page's clock ticks once a second: a grant that is younger than the last tick has no more than its whole time.
  const left = Math.min(whole, secondsLeft(grant.until, now));
  return (
    <section
      aria-label={t('bypass.grant.label', { tenant: grant.tenant })}
      className="rounded-lg border border-warn-line bg-surface"
    >
      <header className="flex flex-wrap items-center gap-2 rounded-t-lg border-b border-warn-line bg-warn-soft px-4 py-2">
        <Siren aria-hidden="true" className="size-4 text-warn-ink" />
        <h2 className="text-md font-semibold text-ink">
          {t('bypass.grant.title', { tenant: grant.tenant })}
        </h2>
        <Badge tone="warn" className="ml-auto">
          {t('bypass.live')}
        </Badge>
      </header>
      <div className="grid grid-cols-2 gap-6 px-4 py-4">
        <Meter
          name={t('bypass.time')}
          value={left === 0 ? t('time.over') : stretch(t, left)}
          part={1 - left / whole}
          says={t('bypass.time.says', { until: exactTime(t.language, grant.until) })}
        />
        <Meter
          name={t('bypass.signatures')}
          value={t('bypass.spent', { spent: grant.spent, count: grant.count })}
          part={grant.spent / grant.count}
          says={t('bypass.spent.says', { left: grant.count - grant.spent })}
        />
      </div>
      <div className="border-t border-line px-4 py-4">
        <Facts>
          <Fact name={t('bypass.cause')}>
            <UntrustedText text={grant.cause} />
          </Fact>
          <Fact name={t('bypass.types')}>
            <ul className="flex flex-col items-start gap-1">
              {grant.predicateTypes.map((type) => (
                <li key={type} className="max-w-full">
                  <UntrustedText text={type} />
                </li>
              ))}
            </ul>
          </Fact>
          <Fact name={t('bypass.raised')}>
            <UntrustedText text={grant.raisedBy} />
          </Fact>
          <Fact name={t('bypass.approved')}>
            <Officers ids={grant.approvedBy} />
          </Fact>
          <Fact name={t('bypass.digest')}>
            <Digest digest={grant.grant} label={t('bypass.digest')} />
          </Fact>
        </Facts>
      </div>
      <Revoke grant={grant} />
    </section>
  );
}
