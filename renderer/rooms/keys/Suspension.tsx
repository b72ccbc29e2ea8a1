// What an officer can do about a key at once: stop it for a day; and, while it is stopped, propose how that ends.
import { Ban, CircleSlash, Undo2 } from 'lucide-react';
import type { KeyCard } from '../../../contract/ipc/rooms.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Countdown, exactTime, useNow } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { useNames } from '../useNames.ts';

const over: readonly KeyCard['state'][] = ['revoked', 'compromised'];

/** Every button opens an act of its own; nothing is signed by pressing it. */
export function Suspension({ card }: { card: KeyCard }) {
  const t = useWords();
  const nameOf = useNames();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const now = useNow();
  const { name: key } = card;
  // It ends by itself: nobody tells this page.
  const suspended = card.suspended && Date.parse(card.suspended.until) > now ? card.suspended : null;
  if (card.use !== 'release' || over.includes(card.state)) return null;
  const end = (how: 'final' | 'lifted') => run(() => bridge.ask('keys/end-suspension', { key, how }));
  const busy = asked.at === 'running';
  return (
    <div className="col-span-2 mt-1 flex flex-col gap-2">
      {suspended ? (
        <section
          aria-label={t('key.suspended.label')}
          className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border border-danger-line bg-danger-soft px-3 py-2"
        >
          <Ban aria-hidden="true" className="size-4 shrink-0 text-danger-ink" />
          <div className="min-w-48 flex-1">
            <p className="font-semibold text-danger-ink">
              {t('key.suspended.until', { until: exactTime(t.language, suspended.until) })}
            </p>
            <p className="text-ink-2">
              {t('key.suspended.by', { officer: nameOf(suspended.officer) })}{' '}
              <UntrustedText text={suspended.reason} />
            </p>
          </div>
          <Countdown until={suspended.until} strong />
          <div className="flex gap-2">
            <Button size="sm" look="danger" icon={CircleSlash} disabled={busy} onClick={() => end('final')}>
              {t('key.suspended.final')}
            </Button>
            <Button size="sm" icon={Undo2} disabled={busy} onClick={() => end('lifted')}>
              {t('key.suspended.lift')}
            </Button>
          </div>
        </section>
      ) : (
        <Button
          size="sm"
          look="plain"
          icon={Ban}
          disabled={busy}
          className="-mr-2 self-end"
          onClick={() => run(() => bridge.ask('keys/suspend', { key }))}
        >
          {t('key.suspend')}
        </Button>
      )}
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </div>
  );
}
