// A filter that is on or off.
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export function Chip(props: {
  on: boolean;
  onToggle: () => void;
  icon?: LucideIcon;
  count?: number;
  children: ReactNode;
}) {
  const { on, onToggle, count, children } = props;
  const Icon = on ? Check : props.icon;
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onToggle}
      className={cx(
        'inline-flex h-6 shrink-0 items-center gap-1 rounded-full border px-2 text-sm font-medium whitespace-nowrap select-none',
        on
          ? 'border-accent bg-accent-soft text-accent-ink'
          : 'border-line-strong bg-surface text-ink-2 hover:bg-hover hover:text-ink',
      )}
    >
      {Icon && <Icon aria-hidden="true" className="size-3" strokeWidth={2.25} />}
      {children}
      {count !== undefined && <span className="tabular opacity-80">{count}</span>}
    </button>
  );
}
