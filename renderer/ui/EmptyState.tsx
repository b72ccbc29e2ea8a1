// A screen with nothing on it yet, drawn: a glyph, what this means, what can be done.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export function EmptyState(props: {
  icon: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  level?: 'h1' | 'h2';
  actions?: ReactNode;
}) {
  const { icon: Icon, title, children, actions, level: Heading = 'h2' } = props;
  return (
    <div className="flex h-full min-h-60 flex-col items-center justify-center gap-1 p-8 text-center">
      <span className="mb-3 flex size-12 items-center justify-center rounded-xl border border-line bg-surface text-ink-3">
        <Icon aria-hidden="true" className="size-5.5" strokeWidth={1.5} />
      </span>
      <Heading className="text-md font-semibold text-ink">{title}</Heading>
      {children !== undefined && <div className="max-w-[46ch] text-balance text-ink-2">{children}</div>}
      {actions !== undefined && <div className="mt-4 flex items-center gap-2">{actions}</div>}
    </div>
  );
}
