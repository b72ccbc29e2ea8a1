// Doing the step: the machine's act with its way out, an answer aloud, or a word that people did it.
import { Check, Cog, X } from 'lucide-react';
import type { CeremonyShown } from '../../../contract/ipc/ceremony.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import type { Acted } from './names.ts';

function Working({ onCancel }: { onCancel: () => void }) {
  const t = useWords();
  return (
    <div className="flex items-center gap-4 rounded-lg border border-line bg-surface px-4 py-3">
      <Cog aria-hidden="true" className="size-5 shrink-0 text-accent-ink pulse-soft" strokeWidth={1.75} />
      <p className="min-w-0 flex-1">
        <span className="block font-semibold text-ink">{t('ceremony.acting')}</span>
        <span className="block text-ink-2">{t('ceremony.acting.says')}</span>
      </p>
      <Button onClick={onCancel}>{t('ui.cancel')}</Button>
    </div>
  );
}

export function Doing({ shown, step }: { shown: CeremonyShown; step: Acted }) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const { ceremony, may, acting, undone } = shown;
  const busy = asked.at === 'running' || acting;
  const act = step.entry === 'do' ? step.act : null;
  const say = (did: 'done' | 'yes' | 'no') =>
    run(() => bridge.ask('ceremony/say', { ceremony, did, reason: '' }));
  const doAct = () => run(() => bridge.ask('ceremony/act', { ceremony }));
  const primary = busy
    ? undefined
    : may.act
      ? doAct
      : may.say.includes('done')
        ? () => say('done')
        : undefined;
  useShortcuts({
    ...(primary ? { open: primary } : {}),
    ...(may.say.includes('yes') && !busy ? { yes: () => say('yes'), no: () => say('no') } : {}),
  });
  if (acting)
    return (
      <Working onCancel={() => void bridge.ask('ceremony/cancel', { ceremony }).catch(() => bridge.load())} />
    );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        {may.act && act !== null && (
          <Button look="primary" size="lg" shortcut="open" disabled={busy} onClick={doAct}>
            {undone ? t('ceremony.act.again') : t(`ceremony.act.${act}`)}
          </Button>
        )}
        {!may.act && may.say.includes('done') && (
          <Button
            look="primary"
            size="lg"
            icon={Check}
            shortcut="open"
            disabled={busy}
            onClick={() => say('done')}
          >
            {t('ceremony.say.done')}
          </Button>
        )}
        {may.say.includes('yes') && (
          <>
            <Button
              look="strong"
              size="lg"
              icon={Check}
              shortcut="yes"
              disabled={busy}
              onClick={() => say('yes')}
            >
              {t('ceremony.say.yes')}
            </Button>
            <Button look="strong" size="lg" icon={X} shortcut="no" disabled={busy} onClick={() => say('no')}>
              {t('ceremony.say.no')}
            </Button>
          </>
        )}
      </div>
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </div>
  );
}
