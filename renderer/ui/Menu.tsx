// A menu behind a button.
import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

const item =
  'flex min-h-7 items-center gap-2 rounded-sm px-2 text-base text-ink outline-none select-none data-highlighted:bg-accent-soft data-disabled:opacity-55';

/** `trigger` is the button that opens it. */
export function Menu({
  trigger,
  children,
}: {
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="z-50 outline-none">
          <Base.Popup className="min-w-44 rounded-lg border border-line-strong bg-raised p-1 shadow-lift outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem(props: {
  onChoose: () => void;
  icon?: LucideIcon;
  children: ReactNode;
  disabled?: boolean;
}) {
  const Icon = props.icon;
  return (
    <Base.Item onClick={props.onChoose} disabled={props.disabled ?? false} className={item}>
      {Icon && <Icon aria-hidden="true" className="size-3.5 text-ink-3" />}
      {props.children}
    </Base.Item>
  );
}

/** One of several; the chosen one bears a tick. `says`: what it means, under its label. */
export function MenuRadio<T extends string>(props: {
  value: T;
  onChange: (value: T) => void;
  options: readonly { readonly value: T; readonly label: ReactNode; readonly says?: ReactNode }[];
}) {
  return (
    <Base.RadioGroup value={props.value} onValueChange={(value) => props.onChange(value as T)}>
      {props.options.map(({ value, label, says }) => (
        <Base.RadioItem key={value} value={value} closeOnClick className={item}>
          <span className="flex size-3.5 items-center">
            <Base.RadioItemIndicator>
              <Check aria-hidden="true" className="size-3.5" />
            </Base.RadioItemIndicator>
          </span>
          {says === undefined ? (
            label
          ) : (
            <span className="max-w-64 py-1">
              <span className="block">{label}</span>
              <span className="block text-sm text-ink-3">{says}</span>
            </span>
          )}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export const MenuSeparator = () => <Base.Separator className="my-1 h-px bg-line" />;
