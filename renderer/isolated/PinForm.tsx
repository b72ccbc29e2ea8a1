// The PIN: typed or pasted into a field that React never reads, sent once as bytes, and cleared before it is gone.
import { TriangleAlert } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { Phase } from '../../contract/ipc/act.ts';
import type { Failure } from '../../contract/ipc/call.ts';
import { Button } from '../ui/Button.tsx';
import type { Asking } from './asking.ts';
import { useWords } from './words.tsx';

type PinPhase = Extract<Phase, { at: 'pin' }>;

/** CTAP 2.1, 6.5.1: at most 63 bytes, counted as characters here and as bytes by the driver. */
const MOST = 63;

function PinInput(props: {
  input: RefObject<HTMLInputElement | null>;
  label: string;
  describedBy: string;
  invalid: boolean;
  onCaps: (on: boolean) => void;
}) {
  const id = useId();
  const { input, label, describedBy, invalid, onCaps } = props;
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        type="password"
        autoComplete="off"
        spellCheck={false}
        maxLength={MOST}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onKeyUp={(event) => onCaps(event.getModifierState('CapsLock'))}
        className="exact h-9 w-full rounded-md border border-control bg-surface px-3 text-lg tracking-[0.2em] aria-invalid:border-danger"
      />
    </div>
  );
}

/** Takes the text out of a field as bytes; nothing of it stays there. */
function taken({ current }: RefObject<HTMLInputElement | null>): Uint8Array {
  if (!current) return new Uint8Array(0);
  const bytes = new TextEncoder().encode(current.value);
  current.value = '';
  return bytes;
}

/** How many characters these bytes are, without making a text of them: each but UTF-8's continuation bytes begins one. */
const characters = (bytes: Uint8Array): number => bytes.filter((byte) => (byte & 0xc0) !== 0x80).length;

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function PinForm(props: {
  phase: PinPhase;
  asking: Asking;
  ask: (call: Promise<Failure | null>) => void;
  /** The way out, at the end of the form. */
  cancel: ReactNode;
}) {
  const t = useWords();
  const { phase, asking, ask, cancel } = props;
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const sure = useRef<HTMLInputElement>(null);
  const hint = useId();
  const [wrong, setWrong] = useState<'short' | 'differs' | null>(null);
  const [caps, setCaps] = useState(false);
  const fresh = phase.purpose === 'new';
  const last = !fresh && (phase.finalTry || phase.retries === 1);
  useEffect(() => first.current?.focus(), [phase]);
  useLayoutEffect(() => {
    const fields = [first.current, second.current];
    return () => {
      for (const field of fields) if (field) field.value = ''; // whatever ended the question ended what was typed
    };
  }, [fresh]);

  const submit = (): void => {
    const bytes = taken(first);
    const again = fresh ? taken(second) : bytes;
    const short = characters(bytes) < Math.max(1, phase.minLength);
    const problem = short ? 'short' : same(bytes, again) ? null : 'differs';
    if (again !== bytes) again.fill(0);
    setWrong(problem);
    first.current?.focus();
    if (problem === null) ask(asking.pin(bytes));
    else bytes.fill(0);
  };

  return (
    <form
      className="mt-3 flex flex-col gap-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (last && sure.current?.checked !== true) sure.current?.focus();
        else submit();
      }}
    >
      {last && (
        <div className="rounded-lg border border-danger-line bg-danger-soft px-3 py-2 text-danger-ink">
          <p className="flex items-start gap-2 font-semibold">
            <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
            {t('pin.last')}
          </p>
          <label className="mt-1.5 flex min-h-6 items-center gap-2 font-medium">
            <input ref={sure} type="checkbox" required className="size-4 accent-current" />
            {t('pin.last.sure')}
          </label>
        </div>
      )}
      <div className="flex items-end gap-2">
        <PinInput
          input={first}
          label={t(fresh ? 'pin.field.new' : 'pin.field')}
          describedBy={hint}
          invalid={wrong !== null || phase.after !== null}
          onCaps={setCaps}
        />
        {fresh && (
          <PinInput
            input={second}
            label={t('pin.field.repeat')}
            describedBy={hint}
            invalid={wrong === 'differs'}
            onCaps={setCaps}
          />
        )}
        <Button type="submit" look="primary" size="lg">
          {t('pin.go')}
        </Button>
      </div>
      <div className="flex items-center gap-3">
        <p id={hint} role="status" className="min-w-0 flex-1 text-sm">
          {wrong && (
            <span className="font-medium text-danger-ink">
              {wrong === 'short' ? t('pin.short', { least: Math.max(1, phase.minLength) }) : t('pin.differs')}
            </span>
          )}
          {!wrong && caps && <span className="font-medium text-warn-ink">{t('pin.caps')}</span>}
        </p>
        {cancel}
      </div>
    </form>
  );
}
