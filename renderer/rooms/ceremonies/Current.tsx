// The step at which the ceremony stands: whose turn it is, what to do, what must be seen, what came of it, who signs next.
import type { CeremonyShown } from '../../../contract/ipc/ceremony.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Checklist, useTicks } from './Checklist.tsx';
import { Doing } from './Doing.tsx';
import { actedIn, roleIcons, stepName, type Acted } from './names.ts';
import { Otherwise, Stop } from './Otherwise.tsx';
import { Pending } from './Pending.tsx';

/** Whose turn it is, so that nobody in the room has to ask. */
export function Turn({ shown, step }: { shown: CeremonyShown; step: Acted }) {
  const t = useWords();
  const role = shown.may.sign ?? step.role;
  const person = shown.people.find((one) => one.role === role);
  const Icon = roleIcons[role];
  return (
    <div className="flex items-center gap-3">
      <span
        aria-hidden="true"
        className="flex size-10 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent-ink"
      >
        <Icon className="size-5" strokeWidth={1.75} />
      </span>
      <p className="min-w-0">
        <span className="block text-lg font-semibold text-ink">{person?.name ?? role}</span>
        <span className="block text-ink-2">
          {t(shown.may.sign === null ? 'ceremony.turn.acts' : 'ceremony.turn.signs', {
            role: t(`ceremony.role.${role}`),
          })}
        </span>
      </p>
    </div>
  );
}

/** The app ended within an act, or the act failed: what that means, and that it may be taken up. */
function Undone({ shown }: { shown: CeremonyShown }) {
  const t = useWords();
  if (!shown.undone || shown.acting) return null;
  if (shown.undone.code === 'ceremony_interrupted')
    return (
      <Banner tone="warn" title={t('ceremony.resumed')}>
        {t('ceremony.resumed.says')}
      </Banner>
    );
  return <FaultBanner fault={shown.undone} />;
}

export function Current(props: {
  shown: CeremonyShown;
  stopping: boolean;
  onStopping: (stopping: boolean) => void;
}) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const { shown, stopping, onStopping } = props;
  const { ceremony, place, script, pending } = shown;
  const step = place.at === 'step' ? actedIn(script.entries, place.step) : null;
  const of = `${ceremony} ${shown.steps.length}`;
  const [ticked] = useTicks(of);
  if (!step) return null;
  const seen = step.see.every((_, at) => ticked.includes(at));
  return (
    <section aria-label={stepName(step.step)} className="flex flex-col gap-5">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div>
          <p className="exact text-sm font-semibold text-ink-3">{step.entry === 'if' ? 'IF' : 'DO'}</p>
          <h2 className="text-xl font-semibold text-ink">{stepName(step.step)}</h2>
        </div>
        <Turn shown={shown} step={step} />
      </header>
      <p className="text-lg text-pretty text-ink">{step.text}</p>
      <div className="rounded-lg border border-line bg-surface p-3">
        <Checklist see={step.see} of={of} />
      </div>
      <Undone shown={shown} />
      {stopping && !pending ? (
        <Stop
          onCancel={() => onStopping(false)}
          onSay={(reason) => run(() => bridge.ask('ceremony/say', { ceremony, did: 'stopped', reason }))}
          busy={asked.at === 'running'}
        />
      ) : pending ? (
        <Pending shown={shown} pending={pending} seen={seen} />
      ) : (
        <>
          <Doing shown={shown} step={step} />
          {shown.may.say.includes('exception') && !shown.acting && (
            <Otherwise
              lacks={shown.may.lacks}
              busy={asked.at === 'running'}
              onSay={(reason) =>
                run(() => bridge.ask('ceremony/say', { ceremony, did: 'exception', reason }))
              }
            />
          )}
        </>
      )}
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
      <p className="sr-only" role="status">
        {shown.acting ? t('ceremony.acting') : ''}
      </p>
    </section>
  );
}
