// A tooltip: more about what is under the pointer or the focus, never the only place where something stands.
import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Base.Provider delay={350}>{children}</Base.Provider>
);

/** `children` is the element that it belongs to; it must be able to hold focus to be of use at the keyboard. */
export function Tooltip(props: { text: ReactNode; children: ReactElement<Record<string, unknown>> }) {
  return (
    <Base.Root>
      <Base.Trigger render={props.children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-60">
          <Base.Popup className="max-w-80 rounded-md border border-line-strong bg-raised px-2 py-1 text-sm text-ink shadow-lift">
            {props.text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
