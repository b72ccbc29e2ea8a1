// A dialog: one at a time, focus kept inside and given back. For reading and searching, never for deciding.
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useWords } from '../catalogue/words.tsx';
import { cx } from './cx.ts';

/** What had the focus when the dialog came; where that is gone, the main part of the page. */
function useReturn(open: boolean): () => HTMLElement | null {
  const [held, setHeld] = useState<{ open: boolean; before: Element | null }>({ open: false, before: null });
  if (held.open !== open) setHeld({ open, before: open ? document.activeElement : held.before });
  return () => {
    const { before } = held;
    const there = before instanceof HTMLElement && before.isConnected && before !== document.body;
    return there ? before : document.querySelector('main');
  };
}

export function Dialog(props: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** The title is said but not drawn, where the content speaks for itself. */
  bare?: boolean;
  wide?: boolean;
  children: ReactNode;
}) {
  const t = useWords();
  const { open, onClose, title, bare, wide, children } = props;
  const back = useReturn(open);
  return (
    <Base.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          finalFocus={back}
          className={cx(
            'fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line-strong bg-raised text-ink shadow-lift',
            'transition duration-100 ease-out data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0',
            wide ? 'max-w-3xl' : 'max-w-xl',
          )}
        >
          <div className={bare ? 'sr-only' : 'flex items-center border-b border-line py-2.5 pr-2.5 pl-4'}>
            <Base.Title className="text-md font-semibold">{title}</Base.Title>
            {!bare && (
              <Base.Close
                aria-label={t('ui.close')}
                className="ml-auto inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
              >
                <X aria-hidden="true" className="size-4" />
              </Base.Close>
            )}
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
