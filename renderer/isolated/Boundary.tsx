// When drawing the document fails: what runs is given up, and a sentence says what is true then, with a way to close.
import { Component, useEffect, useRef, useState, type ReactNode } from 'react';
import type { Act } from '../../contract/ipc/act.ts';
import type { Asking } from './asking.ts';
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import { isRunning } from './lines.ts';

/** What became of the act, by main's own word: this page no longer draws it, but still hears of it. */
function stateOf(act: Act | null): 'unsent' | 'stopping' | 'kept' | 'done' {
  if (act === null) return 'unsent';
  const { phase } = act;
  if (isRunning(phase)) return 'stopping';
  if (phase.at === 'sending' || phase.at === 'kept') return 'kept';
  const done = phase.at === 'recorded' || phase.at === 'ended' || (phase.at === 'failed' && phase.sent);
  return done ? 'done' : 'unsent';
}

/** Speaks from the catalogue's files alone: whatever failed may have been the formatting. */
function Failed({ asking }: { asking: Asking }) {
  const [act, setAct] = useState(asking.newest);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking.newest !== null && isRunning(asking.newest.phase)) void asking.cancel();
    return asking.follow(setAct, () => undefined); // main that does not answer either leaves what was told last
  }, [asking]);
  const close = (): void => {
    void asking.close().then((failure) => {
      if (failure !== null) window.close(); // not main's act any more: then it is only a window
    });
  };
  useEffect(() => {
    button.current?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.repeat) close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  const language = act?.language ?? (navigator.language.startsWith('de') ? 'de' : 'en');
  const words = { en, de }[language];
  return (
    <main lang={language} className="flex h-full flex-col justify-center gap-3 bg-bg p-8 text-ink">
      <div role="alert">
        <h1 className="text-xl font-semibold">{words['failed.says']}</h1>
        <p className="mt-1 text-ink-2">{words[`failed.${stateOf(act)}`]}</p>
      </div>
      <p>
        <button
          ref={button}
          type="button"
          onClick={close}
          className="h-9 rounded-md border border-control bg-surface px-4 font-semibold"
        >
          {words['failed.close']}
        </button>
      </p>
    </main>
  );
}

/** Around the whole document. A fault of drawing is shown as one, and never as an empty window with a key that blinks. */
export class Boundary extends Component<
  { readonly asking: Asking; readonly children: ReactNode },
  { readonly failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Failed asking={this.props.asking} /> : this.props.children;
  }
}
