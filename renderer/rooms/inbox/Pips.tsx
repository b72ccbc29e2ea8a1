// A quorum in dots: filled for those who approved. The number stands beside it, so readers skip the dots.
import { cx } from '../../ui/cx.ts';

const MOST = 6;

export function Pips({ given, needed }: { given: number; needed: number }) {
  return (
    <span aria-hidden="true" className="inline-flex shrink-0 items-center gap-1">
      {Array.from({ length: Math.min(needed, MOST) }, (_, index) => (
        <span
          key={index}
          className={cx(
            'size-2 rounded-full border',
            index < given ? 'border-accent bg-accent' : 'border-control',
          )}
        />
      ))}
    </span>
  );
}
