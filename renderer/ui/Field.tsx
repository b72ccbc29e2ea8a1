// A labelled field: label above, hint below, what is wrong with it said where it is wrong.
import { Field as Base } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.ts';

export const inputLook =
  'h-7 w-full rounded-md border border-control bg-surface px-2.5 text-base text-ink disabled:opacity-55';

export function Field(props: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <Base.Root invalid={Boolean(props.error)} className={cx('flex flex-col gap-1', props.className)}>
      <Base.Label className="font-medium text-ink">{props.label}</Base.Label>
      {props.children}
      {props.hint !== undefined && (
        <Base.Description className="text-sm text-ink-3">{props.hint}</Base.Description>
      )}
      {props.error !== undefined && (
        <Base.Error match={Boolean(props.error)} className="text-sm font-medium text-danger-ink">
          {props.error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

/** A line of text; inside a Field it has the field's label. */
export function TextInput({ className, ...rest }: ComponentProps<typeof Base.Control>) {
  return <Base.Control className={cx(inputLook, typeof className === 'string' && className)} {...rest} />;
}
