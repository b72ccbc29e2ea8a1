// The end: how it came out, the words to read aloud, and the transcript to save, print and verify.
import { CircleCheck, CircleSlash, OctagonX, Printer, Save, ShieldCheck } from 'lucide-react';
import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type { CeremonyChecked, CeremonyShown } from '../../../contract/ipc/ceremony.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { Words } from './Words.tsx';

const faces = {
  done: { icon: CircleCheck, ink: 'text-ok-ink' },
  abandoned: { icon: CircleSlash, ink: 'text-ink-3' },
  stopped: { icon: OctagonX, ink: 'text-warn-ink' },
} as const;

/** The transcript on paper: drawn beside the page, shown by the printer alone. */
function Paper({ text, onPrinted }: { text: string; onPrinted: () => void }) {
  useEffect(() => {
    print();
    onPrinted();
  }, [text, onPrinted]);
  return createPortal(<pre className="paper">{text}</pre>, document.body);
}

function Verdict({ checked }: { checked: CeremonyChecked }) {
  const t = useWords();
  if (checked.fault) return <FaultBanner fault={checked.fault} tone="danger" />;
  const { outcome, steps, signatures, exceptions, directory } = checked;
  return (
    <Banner
      tone="ok"
      icon={ShieldCheck}
      live
      title={t('ceremony.verified', { outcome: t(`ceremony.outcome.${outcome ?? 'stopped'}`) })}
    >
      {t('ceremony.verified.says', { steps, signatures, exceptions, version: directory ?? 0 })}
    </Banner>
  );
}

export function Ended({ shown }: { shown: CeremonyShown }) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const [checked, setChecked] = useState<CeremonyChecked | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const [paper, setPaper] = useState<string | null>(null);
  const { ceremony, place, words, kind } = shown;
  if (place.at === 'step') return null;
  const outcome = place.at === 'stopped' ? 'stopped' : place.outcome;
  const { icon: Icon, ink } = faces[outcome];
  const busy = asked.at === 'running';
  return (
    <section aria-label={t('ceremony.ended')} className="flex flex-col gap-5">
      <header className="flex items-start gap-4">
        <Icon aria-hidden="true" className={`mt-1 size-9 shrink-0 ${ink}`} strokeWidth={1.5} />
        <div className="min-w-0">
          <h2 className="text-2xl font-semibold text-balance text-ink">
            {t(`ceremony.ended.${outcome}${kind === 'rehearsal' ? '.rehearsal' : ''}`)}
          </h2>
          {place.at === 'end' ? (
            <p className="mt-1 text-lg text-ink-2">{place.text}</p>
          ) : (
            <UntrustedText text={place.reason} limit={400} className="mt-1" />
          )}
        </div>
      </header>
      {words && (
        <div className="flex flex-col gap-2">
          <p className="font-semibold text-ink">{t('ceremony.words')}</p>
          <Words words={words.words} />
          <Digest digest={words.digest} label={t('ceremony.words')} />
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          size="lg"
          icon={ShieldCheck}
          disabled={busy}
          onClick={() => run(async () => setChecked(await bridge.ask('ceremony/verify', { ceremony })))}
        >
          {t('ceremony.verify')}
        </Button>
        <Button
          look="strong"
          size="lg"
          icon={Save}
          disabled={busy}
          onClick={() => run(async () => setSaved((await bridge.ask('ceremony/save', { ceremony })).path))}
        >
          {t('ceremony.save')}
        </Button>
        <Button
          look="strong"
          size="lg"
          icon={Printer}
          disabled={busy}
          onClick={() => run(async () => setPaper((await bridge.ask('ceremony/text', { ceremony })).text))}
        >
          {t('ceremony.print')}
        </Button>
      </div>
      {checked && <Verdict checked={checked} />}
      {saved && (
        <p role="status" className="text-ink-2">
          {t('ceremony.saved')} <span className="exact text-sm [overflow-wrap:anywhere]">{saved}</span>
        </p>
      )}
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
      {paper !== null && <Paper text={paper} onPrinted={() => setPaper(null)} />}
    </section>
  );
}
