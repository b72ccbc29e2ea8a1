// Two small controls for settings: one of several, and on or off.
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Switch as Base } from '@base-ui/react/switch';
import { useId } from 'react';
import { useWords } from '../../catalogue/words.tsx';
import { cx } from '../../ui/cx.ts';

export function Choice<T extends string>(props: {
  label: string;
  value: T;
  disabled: boolean;
  options: readonly { readonly value: T; readonly label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <RadioGroup
      aria-label={props.label}
      value={props.value}
      disabled={props.disabled}
      onValueChange={(value) => props.onChange(value)}
      className="inline-flex rounded-md border border-control bg-surface p-0.5"
    >
      {props.options.map(({ value, label }) => (
        <Radio.Root
          key={value}
          value={value}
          aria-label={label}
          className={cx(
            'flex h-6 items-center rounded-sm px-2.5 font-medium select-none data-disabled:opacity-55',
            value === props.value ? 'bg-accent text-on-accent' : 'text-ink-2 hover:bg-hover hover:text-ink',
          )}
        >
          {label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}

export function Switch(props: {
  label: string;
  on: boolean;
  disabled: boolean;
  onChange: (on: boolean) => void;
}) {
  const t = useWords();
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <Base.Root
        aria-label={props.label}
        aria-describedby={id}
        checked={props.on}
        disabled={props.disabled}
        onCheckedChange={(on) => props.onChange(on)}
        className="flex h-6 w-10 items-center rounded-full border border-control bg-sunken p-0.5 data-checked:border-transparent data-checked:bg-accent data-disabled:opacity-55"
      >
        <Base.Thumb className="size-4.5 rounded-full bg-control transition-transform duration-100 data-checked:translate-x-4 data-checked:bg-on-accent" />
      </Base.Root>
      <span id={id} className="text-ink-2">
        {props.on ? t('ui.on') : t('ui.off')}
      </span>
    </span>
  );
}
