// A judgement in a word, with its glyph and its tone.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { toneIcons, toneSurface, type Tone } from './tone.ts';

/** `icon` replaces the tone's own glyph; neutral badges have none unless given. */
export function Badge(props: { tone?: Tone; icon?: LucideIcon; children: ReactNode; className?: string }) {
  const { tone = 'neutral', children, className } = props;
  const Icon = props.icon ?? (tone === 'neutral' ? undefined : toneIcons[tone]);
  return (
    <span
      className={cx(
        'inline-flex min-h-5 shrink-0 items-center gap-1 rounded-sm border px-1.5 text-sm font-medium whitespace-nowrap',
        toneSurface[tone],
        className,
      )}
    >
      {Icon && <Icon aria-hidden="true" className="size-3 shrink-0" strokeWidth={2.25} />}
      {children}
    </span>
  );
}
