// Searching in what is shown: the glass, the field, its shortcut; Escape empties it first and leaves it then.
import { Search } from 'lucide-react';
import { useRef } from 'react';
import { useShortcuts } from '../keys/use.tsx';
import { cx } from './cx.ts';
import { inputLook } from './Field.tsx';
import { Kbd, keysOf } from './Kbd.tsx';

const LONGEST = 500;

export function SearchField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const { label, value, onChange } = props;
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ search: () => input.current?.focus() });
  return (
    <div className={cx('relative w-64', props.className)}>
      <Search aria-hidden="true" className="absolute top-1.5 left-2 size-4 text-ink-3" strokeWidth={1.75} />
      <input
        ref={input}
        type="search"
        value={value}
        maxLength={LONGEST}
        aria-label={label}
        placeholder={label}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (value === '') input.current?.blur();
          else onChange('');
        }}
        className={cx(inputLook, 'pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden')}
      />
      {value === '' && <Kbd keys={keysOf('search')} className="absolute top-1.25 right-1.5 text-ink-3" />}
    </div>
  );
}
