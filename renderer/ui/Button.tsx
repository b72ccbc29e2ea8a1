// The button: what it does in words, a glyph before them, its shortcut after them.
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import type { ShortcutId } from '../keys/table.ts';
import { cx } from './cx.ts';
import { ariaKeys, Kbd, keysOf } from './Kbd.tsx';

/** `primary`: the one thing to do here. `strong`: its equal without the accent. `danger`: destroys something. */
export type ButtonLook = 'primary' | 'strong' | 'quiet' | 'plain' | 'danger';

export const buttonLooks: Readonly<Record<ButtonLook, string>> = {
  primary: 'border-transparent bg-accent text-on-accent enabled:hover:bg-accent-hover',
  strong: 'border-control bg-surface text-ink enabled:hover:bg-hover',
  quiet: 'border-line-strong bg-surface text-ink enabled:hover:bg-hover',
  plain: 'border-transparent bg-transparent text-ink-2 enabled:hover:bg-hover enabled:hover:text-ink',
  danger: 'border-transparent bg-danger text-on-danger enabled:hover:brightness-110',
};
const sizes = {
  sm: 'h-6 gap-1 rounded-sm px-2 text-sm',
  md: 'h-7 gap-1.5 rounded-md px-2.5 text-base',
  lg: 'h-9 gap-2 rounded-md px-3.5 text-md',
} as const;

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'size'> {
  look?: ButtonLook;
  size?: keyof typeof sizes;
  icon?: LucideIcon;
  shortcut?: ShortcutId;
}

export function Button({
  look = 'quiet',
  size = 'md',
  icon: Icon,
  shortcut,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      aria-keyshortcuts={ariaKeys(shortcut)}
      className={cx(
        'inline-flex shrink-0 items-center justify-center border font-medium whitespace-nowrap select-none',
        'transition-colors duration-100 disabled:opacity-55',
        buttonLooks[look],
        sizes[size],
        className,
      )}
      {...rest}
    >
      {Icon && <Icon aria-hidden="true" className="size-3.5 shrink-0" strokeWidth={2} />}
      {children}
      {shortcut && <Kbd keys={keysOf(shortcut)} className="ml-0.5 opacity-80" />}
    </button>
  );
}

/** A button that is only a glyph; `label` is its name, and its tooltip is whoever wraps it. */
export function IconButton({
  icon: Icon,
  label,
  className,
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & { icon: LucideIcon; label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      className={cx(
        'inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink',
        className,
      )}
      {...rest}
    >
      <Icon aria-hidden="true" className="size-3.5" />
    </button>
  );
}
