// One ceremony: opened, followed, and left again. The steps at the left, the one that is looked at beside them.
import { OctagonX, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CeremonyShown } from '../../../contract/ipc/ceremony.ts';
import { useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { setCeremonies, useLocalStore } from '../../local/local.ts';
import { selectCeremony, useMirror } from '../../mirror/use.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { RehearsalBand } from './Band.tsx';
import { Current } from './Current.tsx';
import { Ended } from './Ended.tsx';
import { countOf, roleIcons, statesOf } from './names.ts';
import { Outline } from './Outline.tsx';
import { Past } from './Past.tsx';

function People({ people }: { people: CeremonyShown['people'] }) {
  const t = useWords();
  return (
    <ul aria-label={t('ceremony.people')} className="flex flex-col gap-1.5 border-t border-line px-4 py-3">
      {people.map(({ role, name, device }) => {
        const Icon = roleIcons[role];
        return (
          <li key={role} className="flex items-start gap-2">
            <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-3" strokeWidth={1.75} />
            <span className="min-w-0">
              <span className="block truncate font-medium text-ink">{name}</span>
              <span className="block truncate text-sm text-ink-3">
                {t('ceremony.person', { role: t(`ceremony.role.${role}`), device })}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Running({ shown }: { shown: CeremonyShown }) {
  const t = useWords();
  const local = useLocalStore();
  const [looked, setLooked] = useState<string | null>(null);
  const [stopping, setStopping] = useState(false);
  const { place, script, steps } = shown;
  const now = place.at === 'step' ? place.step : null;
  useEffect(() => {
    setLooked(null);
    setStopping(false);
  }, [now, steps.length]);
  const selected = looked ?? now;
  const states = statesOf(shown);
  const browsable = script.entries.flatMap((entry, index) =>
    (entry.entry === 'do' || entry.entry === 'if') && states[index] !== 'passed' ? [entry.step] : [],
  );
  const step = (by: number): void => {
    const at = Math.max(0, browsable.indexOf(selected ?? browsable.at(-1) ?? ''));
    setLooked(browsable[Math.min(browsable.length - 1, Math.max(0, at + by))] ?? null);
  };
  const leave = () =>
    looked !== null && looked !== now ? setLooked(null) : setCeremonies(local, { at: 'list' });
  useShortcuts({ next: () => step(1), previous: () => step(-1), back: leave });
  const isNow = selected === now;
  const position = now === null ? null : browsable.indexOf(now) + 1;
  return (
    <Room
      flush
      title={script.title}
      count={
        position === null
          ? t('ceremony.position.ended', { count: steps.length })
          : t('ceremony.position', { at: position, of: countOf(script.entries) })
      }
      bar={shown.kind === 'rehearsal' ? <RehearsalBand /> : undefined}
      actions={
        <>
          {shown.kind === 'real' && <Badge tone="accent">{t('ceremony.real')}</Badge>}
          {shown.may.say.includes('stopped') && (
            <Button icon={OctagonX} onClick={() => setStopping(true)}>
              {t('ceremony.stop')}
            </Button>
          )}
          <Button look="plain" icon={Undo2} shortcut="back" onClick={leave}>
            {t('ceremony.back')}
          </Button>
        </>
      }
    >
      <div className="flex h-full min-h-0 max-[60rem]:flex-col">
        <div className="flex w-72 shrink-0 flex-col border-r border-line max-[60rem]:max-h-44 max-[60rem]:w-full max-[60rem]:border-r-0 max-[60rem]:border-b">
          <div className="min-h-0 flex-1 overflow-auto p-2" tabIndex={-1}>
            <Outline
              entries={script.entries}
              states={states}
              shown={shown}
              {...(selected === null ? {} : { selected })}
              onSelect={setLooked}
            />
          </div>
          <div className="max-[60rem]:hidden">
            <People people={shown.people} />
          </div>
        </div>
        <div className="min-h-0 min-w-0 flex-1 overflow-auto bg-bg p-6" tabIndex={0}>
          <div className="mx-auto max-w-3xl">
            {isNow && now !== null ? (
              <Current key={`${steps.length}`} shown={shown} stopping={stopping} onStopping={setStopping} />
            ) : looked === null ? (
              <Ended shown={shown} />
            ) : (
              <Past shown={shown} step={looked} onNow={() => setLooked(null)} />
            )}
          </div>
        </div>
      </div>
    </Room>
  );
}

export function RunPage({ ceremony }: { ceremony: string }) {
  const t = useWords();
  const bridge = useBridge();
  const local = useLocalStore();
  const held = useMirror(selectCeremony);
  useEffect(() => void bridge.showCeremony(ceremony), [bridge, ceremony]);
  const back = () => setCeremonies(local, { at: 'list' });
  useShortcuts({ back });
  if (held.at === 'open' && held.shown.ceremony === ceremony) return <Running shown={held.shown} />;
  return (
    <Room
      title={t('room.ceremonies')}
      actions={
        <Button look="plain" icon={Undo2} shortcut="back" onClick={back}>
          {t('ceremony.back')}
        </Button>
      }
    >
      {held.at === 'failed' && held.ceremony === ceremony ? (
        <div className="mx-auto max-w-2xl">
          <FaultBanner
            fault={held.failure}
            actions={<Button onClick={() => void bridge.showCeremony(ceremony)}>{t('ui.again')}</Button>}
          />
        </div>
      ) : (
        <Progress label={t('ceremony.opening')} />
      )}
    </Room>
  );
}
