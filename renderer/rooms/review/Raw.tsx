// The payload's bytes as text, in pages: what will be signed, exactly, with what cannot be seen written out.
import { useCallback, useEffect, useState } from 'react';
import type { Failure } from '../../../contract/ipc/call.ts';
import { failureOf } from '../../bridge/bridge.ts';
import { useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';

const LENGTH = 8 * 1024;

interface Read {
  readonly texts: readonly string[];
  readonly next: number | null;
  readonly total: number | null;
  readonly failure: Failure | null;
}

export function Raw({ reviewId }: { reviewId: string }) {
  const t = useWords();
  const bridge = useBridge();
  const [read, setRead] = useState<Read>({ texts: [], next: 0, total: null, failure: null });
  const fetchAt = useCallback(
    (offset: number) => {
      bridge.ask('review/raw', { reviewId, offset, length: LENGTH }).then(
        ({ text, next, total }) =>
          setRead((before) => ({ texts: [...before.texts, text], next, total, failure: null })),
        (thrown: unknown) => setRead((before) => ({ ...before, failure: failureOf(thrown) })),
      );
    },
    [bridge, reviewId],
  );
  useEffect(() => {
    setRead({ texts: [], next: 0, total: null, failure: null });
    fetchAt(0);
  }, [fetchAt]);
  const { texts, next, total, failure } = read;
  return (
    <div>
      {failure && (
        <div className="p-4">
          <FaultBanner fault={failure} />
        </div>
      )}
      {texts.length === 0 && !failure && (
        <div className="flex h-40 items-center justify-center">
          <Progress label={t('raw.loading')} />
        </div>
      )}
      <div
        role="region"
        aria-label={t('raw.region')}
        tabIndex={0}
        className="max-h-96 overflow-auto bg-quote px-4 py-3 outline-offset-[-2px]"
      >
        {texts.map((text, index) => (
          <UntrustedText key={index} text={text} limit={LENGTH} lines exact bare className="break-all" />
        ))}
      </div>
      {total !== null && (
        <div className="flex items-center gap-3 border-t border-line px-4 py-2 text-sm text-ink-3">
          <span className="tabular">{t('raw.shown', { shown: next ?? total, total })}</span>
          {next !== null && (
            <Button size="sm" onClick={() => fetchAt(next)}>
              {t('raw.more')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
