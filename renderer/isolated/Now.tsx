// What happens now: one line with its glyph, the PIN where it is wanted, and the ways on and out.
import { CircleSlash } from 'lucide-react';
import { useEffect, useRef, type MouseEvent } from 'react';
import type { Act, Phase } from '../../contract/ipc/act.ts';
import type { Failure } from '../../contract/ipc/call.ts';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/cx.ts';
import { Kbd } from '../ui/Kbd.tsx';
import { secondsLeft } from '../ui/seconds.ts';
import { stretch, useNow } from '../ui/time.tsx';
import { toneSurface, type Tone } from '../ui/tone.ts';
import type { Asking } from './asking.ts';
import { isOver, isRunning, lineOf, type Line } from './lines.ts';
import { PinForm } from './PinForm.tsx';
import type { Wish } from './wish.ts';
import { useWords } from './words.tsx';

const tints: Readonly<Record<Tone, string>> = toneSurface;

/** Phases in which something is at work, and a ring says so. */
const working: readonly Phase['at'][] = ['connecting', 'looking', 'processing', 'stopping', 'sending'];

function Glyph({ line, at }: { line: Line; at: Phase['at'] }) {
  const { icon: Icon, tone } = line;
  const asks = at === 'touch' || at === 'choosing';
  return (
    <span aria-hidden="true" className="relative flex size-11 shrink-0 items-center justify-center">
      {asks && (
        <>
          <span className="ripple absolute inset-0 rounded-full border-2 border-accent" />
          <span className="ripple ripple-late absolute inset-0 rounded-full border-2 border-accent" />
        </>
      )}
      {working.includes(at) && (
        <span className="turn absolute inset-0 rounded-full border-2 border-line border-t-accent" />
      )}
      <span
        className={cx(
          'flex items-center justify-center rounded-full border',
          working.includes(at) ? 'size-8 border-transparent text-ink-2' : cx('size-11', tints[tone]),
        )}
      >
        <Icon className={working.includes(at) ? 'size-4.5' : 'size-5.5'} strokeWidth={1.75} />
      </span>
    </span>
  );
}

/** That the wait ends by itself, and when: by this machine's clock, which is main's. Not said aloud each second. */
function Until({ until }: { until: string }) {
  const t = useWords();
  const left = secondsLeft(until, useNow());
  const time = new Intl.DateTimeFormat(t.language === 'en' ? 'en-GB' : t.language, { timeStyle: 'medium' });
  return (
    <p className="mt-1 text-sm text-ink-3">
      <time dateTime={until} className="tabular">
        {t('now.until', { time: time.format(new Date(until)), left: stretch(t, left) })}
      </time>
    </p>
  );
}

/** Whoever pressed twice meant what stood there before: a button that took its place is not pressed by that. */
const pressed =
  (act: () => void) =>
  (event: MouseEvent): void => {
    if (event.detail <= 1) act();
  };

/** Both regions stand from the start, so that readers notice what comes into them. */
function Aloud({ line }: { line: Line }) {
  const ended = (part: string): string => (/[.:]$/.test(part) ? part : `${part}.`);
  const text = [line.says, line.more, line.fact].filter(Boolean).map(ended).join(' ');
  return (
    <>
      <p role="status" aria-live="polite" className="sr-only">
        {line.urgent ? '' : text}
      </p>
      <p role="alert" aria-live="assertive" className="sr-only">
        {line.urgent ? text : ''}
      </p>
    </>
  );
}

export function Now(props: {
  act: Act;
  asking: Asking;
  ask: (call: Promise<Failure | null>) => void;
  /** What was begun last, so that trying again means the same; null when this page did not begin it. */
  wish: Wish | null;
  onChange: () => void;
}) {
  const t = useWords();
  const { act, asking, ask, wish, onChange } = props;
  const { phase } = act;
  const line = lineOf(t, act);
  const block = useRef<HTMLDivElement>(null);
  const on = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Whatever held the focus may be gone with its phase: it goes to the way on, or to the block itself, never nowhere.
    if (phase.at === 'pin') return;
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (isOver(phase) || phase.at === 'failed') on.current?.focus();
    else if (lost) block.current?.focus();
  }, [phase]);
  const cancel = isRunning(phase) && (
    <Button
      look="quiet"
      disabled={phase.at === 'stopping'}
      aria-keyshortcuts="Escape"
      onClick={pressed(() => ask(asking.cancel()))}
    >
      {t('act.cancel')}
      <Kbd keys="Escape" className="ml-1" />
    </Button>
  );
  return (
    <div ref={block} tabIndex={-1} className="flex min-h-41 flex-col outline-none">
      <Aloud line={line} />
      <div className="flex items-start gap-3.5">
        <Glyph line={line} at={phase.at} />
        <div className="min-w-0 flex-1">
          <p className="text-lg font-semibold text-balance [overflow-wrap:anywhere]">{line.says}</p>
          <p className="text-ink-2 [overflow-wrap:anywhere]">{line.more}</p>
          {'until' in phase && phase.until !== null && <Until until={phase.until} />}
          {line.fact !== '' && (
            <p className="mt-1.5 flex flex-wrap items-center gap-x-2 text-sm text-ink-3">
              <CircleSlash aria-hidden="true" className="size-3.5 shrink-0" />
              {line.fact}
              {phase.at === 'failed' && <span className="exact">{phase.fault.code}</span>}
            </p>
          )}
        </div>
      </div>
      {phase.at === 'pin' ? (
        <PinForm phase={phase} asking={asking} ask={ask} cancel={cancel} />
      ) : (
        <div className="mt-auto flex items-center justify-end gap-2 pt-3">
          {phase.at === 'failed' && phase.again && (
            <>
              <Button look="plain" size="lg" onClick={() => ask(asking.close())}>
                {t('act.close')}
              </Button>
              {(act.what.purpose === 'decide' || act.devices.length > 1) && (
                <Button look="quiet" size="lg" onClick={onChange}>
                  {t('act.back')}
                </Button>
              )}
              <Button
                ref={on}
                look="primary"
                size="lg"
                onClick={pressed(() => (wish ? ask(asking.begin(wish)) : onChange()))}
              >
                {t('ui.again')}
              </Button>
            </>
          )}
          {cancel}
          {isOver(phase) && (
            <Button ref={on} look="primary" size="lg" onClick={pressed(() => ask(asking.close()))}>
              {phase.at === 'recorded' || phase.at === 'ended' ? t('act.done') : t('act.close')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
