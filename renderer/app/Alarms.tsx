// Alarms: what may be an attack. They stay until the Console ends, and the journal keeps them.
import { useState } from 'react';
import { useWords } from '../catalogue/words.tsx';
import { meaningOf } from '../catalogue/faults.ts';
import { selectStatus, useMirror } from '../mirror/use.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { RelativeTime } from '../ui/time.tsx';
import { UntrustedText } from '../ui/UntrustedText.tsx';

const FIRST = 1;

export function Alarms() {
  const t = useWords();
  const alarms = useMirror(selectStatus)?.alarms ?? [];
  const [open, setOpen] = useState(false);
  if (alarms.length === 0) return null;
  const newest = alarms.toReversed();
  return (
    <Banner
      tone="danger"
      live
      className="rounded-none border-x-0 border-t-0"
      title={t('alarm.title', { count: alarms.length })}
      actions={
        alarms.length > FIRST && (
          <Button size="sm" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t('alarm.less') : t('alarm.all', { count: alarms.length })}
          </Button>
        )
      }
    >
      <ul className="mt-0.5 flex max-h-48 flex-col gap-1 overflow-auto">
        {newest.slice(0, open ? undefined : FIRST).map(({ code, about, at }) => (
          <li key={`${code}${at}${about}`} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="text-ink">
              {t.maybe(`alarm.${code}`) ?? meaningOf(t.language, code)?.says ?? code}
            </span>
            <UntrustedText text={about} limit={80} exact />
            <RelativeTime time={at} className="text-sm text-ink-3" />
          </li>
        ))}
      </ul>
    </Banner>
  );
}
