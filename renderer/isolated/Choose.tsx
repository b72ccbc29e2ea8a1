// Before it is begun: the verdict, the reason, the device, and a button that waits until everything was seen.
import {
  ArrowDown,
  Check,
  CircleSlash,
  FlaskConical,
  HardDrive,
  KeyRound,
  TriangleAlert,
} from 'lucide-react';
import { useEffect, useId, useRef, useState, type RefObject } from 'react';
import type { Act, ActDevice } from '../../contract/ipc/act.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/cx.ts';
import { useSaid } from './lines.ts';
import type { Wish } from './wish.ts';
import { useWords, type Words } from './words.tsx';

type Verdict = 'approve' | 'deny';

function Verdicts(props: { chosen: Verdict; locked: boolean; onChoose: (verdict: Verdict) => void }) {
  const t = useWords();
  const { chosen, locked, onChoose } = props;
  const name = useId();
  return (
    <fieldset className="grid grid-cols-2 gap-1 rounded-lg border border-line bg-sunken p-1">
      <legend className="sr-only">{t('act.verdict')}</legend>
      {(['approve', 'deny'] as const).map((verdict) => {
        const Icon = verdict === 'approve' ? Check : CircleSlash;
        const on = chosen === verdict;
        const off = verdict === 'approve' && locked;
        return (
          <label
            key={verdict}
            className={cx(
              'flex h-8 items-center justify-center gap-1.5 rounded-md border font-semibold select-none',
              'has-focus-visible:outline-2 has-focus-visible:outline-focus',
              on ? 'border-accent bg-surface text-accent-ink' : 'border-transparent text-ink-2',
              off && 'opacity-55',
            )}
          >
            <input
              type="radio"
              name={name}
              checked={on}
              disabled={off}
              onChange={() => onChoose(verdict)}
              className="sr-only"
            />
            <Icon aria-hidden="true" className="size-4" strokeWidth={2.25} />
            {t(`act.${verdict}`)}
          </label>
        );
      })}
    </fieldset>
  );
}

function DeviceName({ device }: { device: ActDevice }) {
  const t = useWords();
  const Icon = device.kind === 'hsm' ? HardDrive : KeyRound;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Icon aria-hidden="true" className="size-4 shrink-0 text-ink-3" />
      <span className="truncate font-medium" title={device.name}>
        {plainName(device)}
      </span>
      {device.virtual && (
        <Badge tone="warn" icon={FlaskConical}>
          {t('act.virtual')}
        </Badge>
      )}
    </span>
  );
}

/** A virtual key's product begins with the word that its badge says. */
const plainName = ({ name, virtual }: ActDevice): string => (virtual ? name.replace(/^VIRTUAL /, '') : name);

function Devices(props: {
  devices: readonly ActDevice[];
  chosen: string | null;
  onChoose: (device: string) => void;
}) {
  const t = useWords();
  const said = useSaid();
  const name = useId();
  const { devices, chosen, onChoose } = props;
  const why = (device: ActDevice) =>
    device.fault && (
      <span className="flex items-center gap-1.5 text-sm text-warn-ink">
        <TriangleAlert aria-hidden="true" className="size-3 shrink-0" />
        {said(device.fault.code).says}
      </span>
    );
  const [only, ...others] = devices;
  if (only && others.length === 0)
    return (
      <div className="grid grid-cols-[5rem_minmax(0,1fr)] items-center gap-x-3">
        <span className="text-ink-3">{t('act.device')}</span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <DeviceName device={only} />
          {why(only)}
        </span>
      </div>
    );
  return (
    <fieldset>
      <legend className="sr-only">{t('act.device')}</legend>
      <ul className="max-h-32 overflow-y-auto rounded-lg border border-line">
        {devices.map((device) => (
          <li key={device.device} className="border-b border-line last:border-b-0">
            <label
              className={cx(
                'flex min-h-8 flex-wrap items-center gap-x-3 px-3 py-1',
                device.device === chosen && 'bg-accent-soft',
              )}
            >
              <input
                type="radio"
                name={name}
                checked={device.device === chosen}
                onChange={() => onChoose(device.device)}
                className="size-3.5 shrink-0 accent-(--accent)"
              />
              <DeviceName device={device} />
              {why(device)}
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** True from that moment of this machine's clock on. */
function usePassed(time: string): boolean {
  const [passed, setPassed] = useState(() => Date.now() >= Date.parse(time));
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), Math.max(0, Date.parse(time) - Date.now()));
    return () => clearTimeout(timer);
  }, [time]);
  return passed;
}

/** The hand that pressed for more must not begin with its next press: the button stands where that one stood. */
const SETTLE_MS = 600;

/** False for a moment after everything was seen, if it was pressed for. */
function useSettled(seen: boolean, pressed: boolean): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!seen) return undefined;
    const timer = setTimeout(() => setOver(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [seen]);
  return over || !pressed;
}

function doing(t: Words, act: Act, verdict: Verdict): string {
  const { what } = act;
  switch (what.purpose) {
    case 'decide':
      return t(verdict === 'approve' ? 'act.approve.do' : 'act.deny.do');
    case 'directory':
      return t('act.directory.do', { version: what.version });
    case 'ceremony':
      return what.what.does === 'directory'
        ? t('act.ceremony.directory.do', { version: what.what.version })
        : t(`act.ceremony.${what.what.does}.do`);
    case 'set-pin':
      return t(what.change ? 'act.change-pin.do' : 'act.set-pin.do');
    case 'enrol':
    case 'sign-held':
    case 'sign-in':
      return t(`act.${what.purpose}.do`);
    case 'suspend':
      return t('act.suspend.do');
  }
}

/** Brings the next screenful into view, as the space bar would. */
function readOn({ current }: RefObject<HTMLElement | null>): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  current?.scrollBy({ top: current.clientHeight * 0.85, behavior: still ? 'auto' : 'smooth' });
}

/** What stands under the reason: who reads it, or that it is missing. */
function hintOf(t: Words, suspends: boolean, verdict: Verdict, missing: boolean): string {
  if (suspends) return t(missing ? 'act.reason.missing.suspend' : 'act.reason.hint.suspend');
  if (missing) return t('act.reason.missing');
  return t(verdict === 'deny' ? 'act.reason.hint.deny' : 'act.reason.hint');
}

export function Choose(props: {
  act: Act;
  seen: boolean;
  region: RefObject<HTMLElement | null>;
  verdict: Verdict;
  onVerdict: (verdict: Verdict) => void;
  reason: string;
  onBegin: (wish: Wish) => void;
  onClose: () => void;
}) {
  const t = useWords();
  const { act, seen, verdict } = props;
  const [picked, setPicked] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const reason = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const passed = usePassed(act.armedAt);
  const decides = act.what.purpose === 'decide';
  const suspends = act.what.purpose === 'suspend';
  const needed = suspends || (decides && verdict === 'deny');
  const chosen = act.devices.some(({ device }) => device === picked) ? picked : act.device;
  const device = act.devices.find((one) => one.device === chosen);
  const [pressed, setPressed] = useState(false);
  const settled = useSettled(seen, pressed);
  const armed = passed && settled && device !== undefined;
  const begin = (): void => {
    if (!armed) return;
    const text = reason.current?.value.trim() ?? '';
    if (needed && text === '') {
      setMissing(true);
      reason.current?.focus();
      return;
    }
    props.onBegin({
      verdict: decides ? verdict : null,
      reason: decides || suspends ? text : '',
      device: chosen,
    });
  };
  return (
    <div className="flex flex-col gap-2.5">
      {act.what.purpose === 'decide' && (
        <Verdicts
          chosen={verdict}
          locked={act.what.about.locks.length > 0}
          onChoose={(next) => {
            setMissing(false);
            props.onVerdict(next);
          }}
        />
      )}
      {(decides || suspends) && (
        <div className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3">
          <label htmlFor={`${hint}-reason`} className="pt-1.5 text-ink-3">
            {t('act.reason')}
          </label>
          <textarea
            ref={reason}
            id={`${hint}-reason`}
            rows={needed ? 2 : 1}
            maxLength={2000}
            defaultValue={props.reason}
            aria-required={needed}
            aria-invalid={missing}
            aria-describedby={`${hint}-why`}
            onInput={() => setMissing(false)}
            className="block w-full resize-none rounded-md border border-control bg-surface px-2.5 py-1.5 aria-invalid:border-danger"
          />
          <p
            id={`${hint}-why`}
            className={cx(
              'col-start-2 mt-0.5 text-sm',
              missing ? 'font-medium text-danger-ink' : 'text-ink-3',
            )}
          >
            {hintOf(t, suspends, verdict, missing)}
          </p>
        </div>
      )}
      <Devices devices={act.devices} chosen={chosen} onChoose={setPicked} />
      <div className="flex items-center gap-2">
        <p id={hint} role="status" className="min-w-0 flex-1 text-sm text-ink-3">
          {seen ? '' : t('act.armed')}
        </p>
        <Button look="plain" size="lg" aria-keyshortcuts="Escape" onClick={props.onClose}>
          {t('act.close')}
        </Button>
        {seen ? (
          <Button
            look="primary"
            size="lg"
            disabled={device === undefined}
            aria-disabled={!armed} // not disabled until then: it would lose the focus
            onClick={begin}
            className="min-w-28 aria-disabled:opacity-55"
          >
            {doing(t, act, verdict)}
          </Button>
        ) : (
          <Button
            look="strong"
            size="lg"
            icon={ArrowDown}
            aria-describedby={hint}
            onClick={() => {
              setPressed(true);
              readOn(props.region);
            }}
          >
            {t('act.scroll')}
          </Button>
        )}
      </div>
    </div>
  );
}
