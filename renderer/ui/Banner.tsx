// A sentence over a screen: what happened, what it means, what to do.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { toneIcons, toneSurface, type Tone } from './tone.ts';

/** `live`: it came while the person was here, so readers say it at once (`danger`) or when they pause. */
export function Banner(props: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  icon?: LucideIcon;
  live?: boolean;
  className?: string;
}) {
  const { tone, title, children, actions, live } = props;
  const Icon = props.icon ?? toneIcons[tone];
  const role = live ? (tone === 'danger' ? 'alert' : 'status') : undefined;
  return (
    <div
      role={role}
      className={cx(
        'flex items-start gap-2.5 rounded-lg border px-3 py-2.5',
        toneSurface[tone],
        props.className,
      )}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        {children !== undefined && <div className="text-ink-2">{children}</div>}
      </div>
      {actions !== undefined && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  );
}
