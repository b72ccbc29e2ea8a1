// The authorize document: what would be done above, what to do now below, and nothing else.
import { CSPProvider } from '@base-ui/react/csp-provider';
import { useCallback, useEffect, useState } from 'react';
import type { Act } from '../../contract/ipc/act.ts';
import type { Failure } from '../../contract/ipc/call.ts';
import { followTheme } from '../ui/theme.ts';
import { NowProvider } from '../ui/time.tsx';
import { TooltipProvider } from '../ui/Tooltip.tsx';
import type { Asking } from './asking.ts';
import { Choose } from './Choose.tsx';
import { isOver, isRunning } from './lines.ts';
import { Now } from './Now.tsx';
import { Refusal } from './Refusal.tsx';
import { useSeen } from './seen.ts';
import { What } from './What.tsx';
import type { Wish } from './wish.ts';
import { useWords, WordsProvider } from './words.tsx';

/** Escape gives up what runs, or closes; it never goes on. */
function useEscape(asking: Asking, act: Act): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || event.repeat) return;
      event.preventDefault();
      if (act.phase.at === 'sending') return;
      void (isRunning(act.phase) ? asking.cancel() : asking.close());
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [asking, act.phase]);
}

type Verdict = 'approve' | 'deny';

function Document({ act, asking }: { act: Act; asking: Asking }) {
  const t = useWords();
  const { what, phase } = act;
  const [verdict, setVerdict] = useState<Verdict>(what.purpose === 'decide' ? what.chosen : 'approve');
  const [refused, setRefused] = useState<Failure | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const [changing, setChanging] = useState(false);
  const { seen, region, end } = useSeen();
  useEscape(asking, act);
  useEffect(() => setRefused(null), [phase]);
  useEffect(() => {
    if (phase.at !== 'failed') setChanging(false);
  }, [phase]);
  const ask = useCallback((call: Promise<Failure | null>) => void call.then(setRefused), []);
  const choosing = phase.at === 'reading' || changing;
  return (
    <div className="flex h-full flex-col text-ink [@media(max-height:26rem)]:block [@media(max-height:26rem)]:overflow-y-auto">
      <main
        ref={region}
        tabIndex={0}
        aria-label={t('act.verdict')}
        className="min-h-0 flex-1 overflow-y-auto bg-bg outline-offset-[-3px] [@media(max-height:26rem)]:overflow-visible"
      >
        <What what={what} verdict={verdict} over={isOver(phase)} />
        <div ref={end} className="h-px" />
      </main>
      <section
        aria-label={t('now.title')}
        className="shrink-0 border-t border-line-strong bg-surface px-5 pt-4 pb-4"
      >
        {choosing ? (
          <Choose
            act={act}
            seen={seen}
            region={region}
            verdict={verdict}
            onVerdict={setVerdict}
            reason={wish?.reason ?? ''}
            onBegin={(begun) => {
              setWish(begun);
              ask(asking.begin(begun));
            }}
            onClose={() => ask(asking.close())}
          />
        ) : (
          <Now act={act} asking={asking} ask={ask} wish={wish} onChange={() => setChanging(true)} />
        )}
        {refused && <Refusal failure={refused} />}
      </section>
    </div>
  );
}

export function App({ asking }: { asking: Asking }) {
  const [act, setAct] = useState<Act | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => asking.follow(setAct, setFailure), [asking]);
  const appearance = act?.appearance ?? 'system';
  const language = act?.language ?? (navigator.language.startsWith('de') ? 'de' : 'en');
  useEffect(() => followTheme(appearance), [appearance]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <CSPProvider disableStyleElements>
      <WordsProvider language={language}>
        <NowProvider>
          <TooltipProvider>
            {act && <Document key={act.act} act={act} asking={asking} />}
            {!act && failure && (
              <div className="p-5">
                <Refusal failure={failure} />
              </div>
            )}
          </TooltipProvider>
        </NowProvider>
      </WordsProvider>
    </CSPProvider>
  );
}
