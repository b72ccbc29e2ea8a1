// A script's entries in their order, with where the ceremony stands in them: DO, IF, GO TO, END, and who signed what is done.
import { Check, CircleDot, Circle, CornerDownRight, Flag, Minus, TriangleAlert } from 'lucide-react';
import type { CeremonyShown, ScriptEntry } from '../../../contract/ipc/ceremony.ts';
import { useWords } from '../../catalogue/words.tsx';
import { cx } from '../../ui/cx.ts';
import { useNames } from '../useNames.ts';
import { stepName, type EntryState } from './names.ts';

const icons = { sealed: Check, now: CircleDot, ahead: Circle, passed: Minus } as const;

/** What stands under a step's name: who signed it, or whose it is. */
function useUnder() {
  const t = useWords();
  const nameOf = useNames();
  return (entry: ScriptEntry, shown: CeremonyShown | null): string => {
    if (entry.entry === 'go-to') return '';
    if (entry.entry === 'end') return t(`ceremony.end.${entry.outcome}`);
    const sealed = shown?.steps.findLast(({ step }) => step === entry.step);
    if (!sealed) return t(`ceremony.role.${entry.role}`);
    const who = sealed.signatures.map(({ officer }) => nameOf(officer)).join(', ');
    const did = sealed.did === 'done' ? '' : `${t(`ceremony.did.${sealed.did}`)} · `;
    return `${did}${t('ceremony.signed-by', { who })}`;
  };
}

function Glyph({ state, entry, odd }: { state: EntryState; entry: ScriptEntry; odd: boolean }) {
  const Icon =
    odd && state === 'sealed'
      ? TriangleAlert
      : entry.entry === 'go-to'
        ? CornerDownRight
        : entry.entry === 'end'
          ? Flag
          : icons[state];
  const ink =
    odd && state === 'sealed'
      ? 'text-warn-ink'
      : state === 'sealed'
        ? 'text-ok-ink'
        : state === 'now'
          ? 'text-accent-ink'
          : 'text-ink-3';
  return (
    <Icon
      aria-hidden="true"
      className={cx('mt-0.5 size-4 shrink-0', ink)}
      strokeWidth={state === 'sealed' || state === 'now' ? 2.25 : 1.5}
    />
  );
}

const kinds = { do: 'DO', if: 'IF', 'go-to': 'GO TO', end: 'END' } as const;

function Entry(props: {
  entry: ScriptEntry;
  state: EntryState;
  shown: CeremonyShown | null;
  number: number | null;
}) {
  const t = useWords();
  const under = useUnder()(props.entry, props.shown);
  const { entry, state, shown, number } = props;
  const did = entry.entry === 'go-to' ? undefined : shown?.steps.findLast((s) => s.step === entry.step)?.did;
  const name = stepName(entry.entry === 'go-to' ? entry.to : entry.step);
  return (
    <span className="flex w-full items-start gap-2.5">
      <Glyph state={state} entry={entry} odd={did === 'exception' || did === 'stopped'} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-1.5">
          <span className="exact text-xs font-semibold text-ink-3">{kinds[entry.entry]}</span>
          <span className={cx('truncate', state === 'now' ? 'font-semibold text-ink' : 'text-ink-2')}>
            {number !== null && <span className="tabular">{number}. </span>}
            {name}
          </span>
        </span>
        {under !== '' && <span className="block text-sm text-ink-3">{under}</span>}
        <span className="sr-only"> {t(`ceremony.state.${state}`)}</span>
      </span>
    </span>
  );
}

/** `selected` and `onSelect`: in a ceremony, where each step that people act in can be looked at. */
export function Outline(props: {
  entries: readonly ScriptEntry[];
  states: readonly EntryState[];
  shown: CeremonyShown | null;
  selected?: string;
  onSelect?: (step: string) => void;
}) {
  const t = useWords();
  const { entries, states, shown, selected, onSelect } = props;
  const numbers = new Map(
    entries
      .filter((one) => one.entry === 'do' || one.entry === 'if')
      .map((one, index) => [one, index + 1] as const),
  );
  return (
    <ol aria-label={t('ceremony.steps')} className="flex flex-col gap-px">
      {entries.map((entry, index) => {
        const state = states[index] ?? 'ahead';
        const step = entry.entry === 'do' || entry.entry === 'if' ? entry.step : null;
        const inner = (
          <Entry entry={entry} state={state} shown={shown} number={numbers.get(entry as never) ?? null} />
        );
        const look = cx('w-full rounded-md px-2 py-1.5 text-left', state === 'passed' && 'faded');
        return (
          <li key={index} aria-current={state === 'now' ? 'step' : undefined}>
            {onSelect && step !== null && state !== 'passed' ? (
              <button
                type="button"
                aria-pressed={step === selected}
                onClick={() => onSelect(step)}
                className={cx(look, step === selected ? 'bg-accent-soft' : 'hover:bg-hover')}
              >
                {inner}
              </button>
            ) : (
              <div className={look}>{inner}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
