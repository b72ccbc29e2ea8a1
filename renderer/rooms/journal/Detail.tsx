// One record whole: as it lies on disk, what belongs to the same request, and the evidence of how that ended.
import { Download, ShieldCheck, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { EvidenceVerdict, JournalDetail } from '../../../contract/ipc/journal.ts';
import { failureOf } from '../../bridge/bridge.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import type { Failure } from '../../../contract/ipc/call.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useVoice } from '../../ui/announce.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Fact, Facts } from '../../ui/Panel.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { exactTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { useNames } from '../useNames.ts';
import { toneOf, useEventName } from './List.tsx';

/** The canonical line, indented for the eye; its bytes are those of the file but for the spaces. */
function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return json;
    throw thrown;
  }
}

function Evidence({ requestId }: { requestId: string }) {
  const t = useWords();
  const bridge = useBridge();
  const voice = useVoice();
  const { asked, run } = useAsk();
  const nameOf = useNames();
  const [verdict, setVerdict] = useState<EvidenceVerdict | null>(null);
  const verify = () => run(async () => setVerdict(await bridge.ask('evidence/verify', { requestId })));
  const save = () =>
    run(async () => {
      const { path } = await bridge.ask('evidence/save', { requestId });
      if (path !== null) voice.note(t('journal.exported', { path }));
    });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Button size="sm" icon={ShieldCheck} disabled={asked.at === 'running'} onClick={verify}>
          {t('evidence.verify')}
        </Button>
        <Button size="sm" icon={Download} disabled={asked.at === 'running'} onClick={save}>
          {t('evidence.save')}
        </Button>
      </div>
      {verdict &&
        (verdict.fault ? (
          <FaultBanner fault={verdict.fault} />
        ) : (
          <Banner
            tone="ok"
            live
            title={t.maybe(`evidence.outcome.${verdict.outcome ?? ''}`) ?? verdict.outcome ?? ''}
          >
            {t('evidence.as-of', {
              officers: verdict.officers.map((id) => nameOf(id)).join(', '),
              directory: verdict.directory ?? 0,
              checkpoint: verdict.checkpoint ?? 0,
            })}
          </Banner>
        ))}
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </div>
  );
}

function Body({ detail, onChoose }: { detail: JournalDetail; onChoose: (seq: number) => void }) {
  const t = useWords();
  const name = useEventName();
  const { row } = detail;
  return (
    <div className="flex flex-col gap-4 p-4">
      <Facts>
        <Fact name={t('journal.at')}>{exactTime(t.language, row.at)}</Fact>
        {row.requestId !== null && (
          <Fact name={t('journal.request')}>
            <span className="exact text-sm">{row.requestId}</span>
          </Fact>
        )}
        {row.code !== null && (
          <Fact name={t('journal.code')}>
            <span className="exact text-sm">{row.code}</span>
          </Fact>
        )}
        <Fact name={t('journal.prev')}>
          <Digest digest={detail.prev} label={t('journal.prev')} />
        </Fact>
      </Facts>
      {row.requestId !== null && <Evidence requestId={row.requestId} />}
      {detail.related.length > 1 && (
        <div>
          <h3 className="mb-1 font-semibold">{t('journal.related')}</h3>
          <ul className="flex flex-col">
            {detail.related.map((other) => (
              <li key={other.seq}>
                <button
                  type="button"
                  aria-current={other.seq === row.seq}
                  onClick={() => onChoose(other.seq)}
                  className="flex w-full items-center gap-3 rounded-sm px-1 py-1 text-left hover:bg-hover aria-[current=true]:bg-accent-soft"
                >
                  <span className="tabular w-10 text-sm text-ink-3">{other.seq}</span>
                  <Badge tone={toneOf(other)}>{name(other)}</Badge>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <h3 className="mb-1 font-semibold">{t('journal.line')}</h3>
        <UntrustedText text={indented(detail.json)} limit={4000} lines exact />
      </div>
    </div>
  );
}

export function JournalDetailPanel({
  seq,
  onChoose,
}: {
  seq: number;
  onChoose: (seq: number | null) => void;
}) {
  const t = useWords();
  const bridge = useBridge();
  const name = useEventName();
  const [detail, setDetail] = useState<JournalDetail | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    let here = true;
    bridge.ask('journal/show', { seq }).then(
      (value) => here && setDetail(value),
      (thrown: unknown) => here && setFailure(failureOf(thrown)),
    );
    return () => {
      here = false;
    };
  }, [bridge, seq]);
  return (
    <aside
      aria-label={t('journal.record', { seq })}
      className="flex w-[23rem] shrink-0 flex-col border-l border-line bg-surface"
    >
      <header className="flex min-h-11 items-center gap-2 border-b border-line px-4">
        <h2 className="font-semibold">{t('journal.record', { seq })}</h2>
        {detail && <Badge tone={toneOf(detail.row)}>{name(detail.row)}</Badge>}
        <IconButton icon={X} label={t('ui.close')} className="ml-auto" onClick={() => onChoose(null)} />
      </header>
      <div tabIndex={0} className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]">
        {detail && <Body detail={detail} onChoose={onChoose} />}
        {!detail && !failure && <Progress label={t('frame.starting')} />}
        {failure && (
          <FaultBanner fault={{ code: failure.code, detail: failure.message, trace: failure.trace }} />
        )}
      </div>
    </aside>
  );
}
