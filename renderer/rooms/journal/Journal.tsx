// The journal room: what was shown and done on this machine, searched, verified and shown again.
import { Download, ScrollText, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { JournalVerdict } from '../../../contract/ipc/journal.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { useMirror } from '../../mirror/use.ts';
import { useVoice } from '../../ui/announce.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Room } from '../../ui/Room.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { JournalDetailPanel } from './Detail.tsx';
import { JournalList } from './List.tsx';
import { useJournal } from './use.ts';

function Verdict({ verdict }: { verdict: JournalVerdict }) {
  const t = useWords();
  if (verdict.fault) return <FaultBanner fault={verdict.fault} />;
  return (
    <Banner tone="ok" title={t('journal.verified', { size: verdict.size })} live>
      {verdict.unrecorded > 0
        ? t('journal.unrecorded', { count: verdict.unrecorded })
        : t('journal.verified.says')}
    </Banner>
  );
}

export function Journal() {
  const t = useWords();
  const bridge = useBridge();
  const voice = useVoice();
  const size = useMirror((m) => m.status?.journal.size ?? 0);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<number | null>(null);
  const [verdict, setVerdict] = useState<JournalVerdict | null>(null);
  const { asked, run } = useAsk();
  const list = useJournal(query, size);
  useShortcuts(chosen === null ? {} : { back: () => setChosen(null) });
  const verify = () => run(async () => setVerdict(await bridge.ask('journal/verify', {})));
  const save = () =>
    run(async () => {
      const { path } = await bridge.ask('journal/export', {});
      if (path !== null) voice.note(t('journal.exported', { path }));
    });
  return (
    <Room
      title={t('room.journal')}
      count={t('journal.count', { total: list.total })}
      flush
      actions={
        <>
          <Button icon={ShieldCheck} disabled={asked.at === 'running'} onClick={verify}>
            {t('journal.verify')}
          </Button>
          <Button icon={Download} disabled={asked.at === 'running'} onClick={save}>
            {t('journal.export')}
          </Button>
        </>
      }
      bar={
        <div className="flex items-center gap-2 border-b border-line px-5 py-2">
          <SearchField label={t('journal.search')} value={query} onChange={setQuery} className="w-96" />
        </div>
      }
    >
      <div className="flex h-full min-h-0 flex-col">
        {(verdict || asked.at === 'failed') && (
          <div className="flex flex-col gap-2 border-b border-line px-5 py-3">
            {verdict && <Verdict verdict={verdict} />}
            {asked.at === 'failed' && (
              <FaultBanner
                fault={{
                  code: asked.failure.code,
                  detail: asked.failure.message,
                  trace: asked.failure.trace,
                }}
              />
            )}
          </div>
        )}
        <div className="flex min-h-0 flex-1">
          {list.total === 0 && list.loaded ? (
            <EmptyState
              icon={ScrollText}
              title={query === '' ? t('journal.none') : t('journal.none.found')}
            />
          ) : (
            <JournalList list={list} chosen={chosen} onChoose={setChosen} />
          )}
          {chosen !== null && <JournalDetailPanel key={chosen} seq={chosen} onChoose={setChosen} />}
        </div>
      </div>
    </Room>
  );
}
