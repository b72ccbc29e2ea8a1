// What readers are told when something changes elsewhere on the screen; and short notes for the eye. Never decisions.
import { Toast as Base } from '@base-ui/react/toast';
import { createContext, useCallback, useContext, useMemo, useRef, type ReactNode } from 'react';

interface Voice {
  /** Said by readers when they pause; `now` interrupts. */
  say(text: string, now?: boolean): void;
  /** Said, and shown for some seconds: "copied", "saved". */
  note(text: string): void;
}
const VoiceContext = createContext<Voice | null>(null);

function Notes() {
  const { toasts } = Base.useToastManager();
  return (
    <Base.Portal>
      <Base.Viewport className="fixed right-4 bottom-11 z-60 flex w-72 flex-col items-end gap-2">
        {toasts.map((toast) => (
          <Base.Root
            key={toast.id}
            toast={toast}
            className="rounded-md border border-line-strong bg-raised px-3 py-2 text-ink shadow-lift transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            <Base.Title />
          </Base.Root>
        ))}
      </Base.Viewport>
    </Base.Portal>
  );
}

function Speaker({ children }: { children: ReactNode }) {
  const { add } = Base.useToastManager();
  const polite = useRef<HTMLDivElement>(null);
  const urgent = useRef<HTMLDivElement>(null);
  const say = useCallback((text: string, now = false) => {
    const region = now ? urgent.current : polite.current;
    if (!region) return;
    // The same words twice are said twice only if the region changes in between.
    region.textContent = region.textContent === text ? `${text}\u00a0` : text;
  }, []);
  const voice = useMemo<Voice>(
    () => ({ say, note: (title) => void add({ title, timeout: 3500 }) }),
    [say, add],
  );
  return (
    <VoiceContext value={voice}>
      {children}
      <div ref={polite} aria-live="polite" className="sr-only" />
      <div ref={urgent} aria-live="assertive" className="sr-only" />
      <Notes />
    </VoiceContext>
  );
}

export const VoiceProvider = ({ children }: { children: ReactNode }) => (
  <Base.Provider limit={2}>
    <Speaker>{children}</Speaker>
  </Base.Provider>
);

export function useVoice(): Voice {
  const voice = useContext(VoiceContext);
  if (!voice) throw new Error('the voice is not provided');
  return voice;
}
