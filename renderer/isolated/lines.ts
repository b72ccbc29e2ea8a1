// The one line that is always true: what happens now, what the person does about it, in which tone and with which glyph.
import {
  Ban,
  CircleCheck,
  CircleSlash,
  Cpu,
  Fingerprint,
  Hourglass,
  KeyRound,
  OctagonAlert,
  RadioTower,
  Search,
  Send,
  ShieldCheck,
  TriangleAlert,
  Undo2,
  Unplug,
  type LucideIcon,
} from 'lucide-react';
import { useCallback } from 'react';
import type { Act, Phase } from '../../contract/ipc/act.ts';
import { isDangerous } from '../catalogue/dangerous.ts';
import { meaningOf, type Meaning } from '../catalogue/faults.ts';
import type { Tone } from '../ui/tone.ts';
import { useWords, type Words } from './words.tsx';

/** A line: `says` at once, `more` below it, and what did not happen, as a fact. `urgent`: readers are interrupted for it. */
export interface Line {
  readonly icon: LucideIcon;
  readonly tone: Tone;
  readonly says: string;
  readonly more: string;
  readonly fact: string;
  readonly urgent: boolean;
}

const running: readonly Phase['at'][] = [
  'connecting',
  'looking',
  'choosing',
  'pin',
  'processing',
  'stopping',
  'touch',
];

/** Something runs that can be given up. */
export const isRunning = (phase: Phase): boolean => running.includes(phase.at);

/** Nothing more can be done in this act. */
export const isOver = (phase: Phase): boolean =>
  ['recorded', 'kept', 'ended', 'overtaken'].includes(phase.at) || (phase.at === 'failed' && !phase.again);

/** What a code says in this person's language; a defect of the Console's own is not the Signer's. */
export function useSaid(): (code: string) => Meaning {
  const t = useWords();
  return useCallback((code) => saidOf(t, code), [t]);
}

function saidOf(t: Words, code: string): Meaning {
  if (code === 'internal') return { says: t('fault.internal'), next: t('fault.internal.next') };
  return meaningOf(t.language, code) ?? { says: t('fault.unknown', { code }), next: t('fault.unknown.next') };
}

type At<A extends Phase['at']> = Extract<Phase, { at: A }>;

const failedIcons: Readonly<Record<string, LucideIcon>> = {
  cancelled: Undo2,
  device_gone: Unplug,
  device_not_found: Unplug,
  deadline: Hourglass,
  pin_blocked: Ban,
  pin_auth_blocked: Ban,
};

/** Which of several touches or PINs it is, and what this one is for; nothing where one is all. */
function inSteps(
  t: Words,
  { step }: Pick<At<'touch'>, 'step'>,
  part: 'pin' | 'touch',
  line: Pick<Line, 'says' | 'more'>,
) {
  if (step === null) return line;
  const purpose = t.maybe(`now.${part}.step.${step.step}`) ?? '';
  const more = part === 'touch' ? purpose : `${purpose} ${line.more}`.trim();
  return { says: t('now.step', { says: line.says, step: step.step, steps: step.steps }), more };
}

function pinLine(t: Words, act: Act, phase: At<'pin'>, device: string): Pick<Line, 'says' | 'more' | 'tone'> {
  const asked = pinAsked(t, act, phase, device);
  const line = phase.after ? asked : { ...asked, ...inSteps(t, phase, 'pin', asked) };
  const drawn = act.devices.find((one) => one.device === act.device)?.virtual === true;
  return drawn && phase.purpose !== 'new'
    ? { ...line, more: `${line.more} ${t('now.pin.printed')}`.trim() }
    : line;
}

function pinAsked(
  t: Words,
  act: Act,
  phase: At<'pin'>,
  device: string,
): Pick<Line, 'says' | 'more' | 'tone'> {
  const { after, retries, purpose, minLength, countLow } = phase;
  const fresh = purpose === 'new';
  if (fresh) {
    const says = after?.code === 'pin_policy' ? t('now.pin.policy') : t('now.pin.new');
    return { tone: 'accent', says, more: t('now.pin.new.says', { least: minLength }) };
  }
  if (after?.code === 'pin_invalid') {
    const says = retries === null ? t('now.pin.wrong') : t('now.pin.wrong.tries', { tries: retries });
    return { tone: 'warn', says, more: countLow ? t('now.pin.low') : `${t('now.pin', { device })}.` };
  }
  const change = act.what.purpose === 'set-pin' && act.what.change;
  const says = change ? t('now.pin.change', { device }) : t('now.pin', { device });
  if (after) return { tone: 'warn', says: saidOf(t, after.code).says, more: saidOf(t, after.code).next };
  const left = retries === null ? '' : t('now.pin.tries', { tries: retries });
  return { tone: 'accent', says, more: countLow ? t('now.pin.low') : left };
}

function recordedMore(t: Words, { size, missing, witnesses }: At<'recorded'>): string {
  const next =
    missing === null
      ? t('now.recorded.denied')
      : missing === 0
        ? t('now.recorded.complete')
        : t('now.recorded.missing', { count: missing });
  const seen = t('now.recorded.seen', { size });
  if (witnesses.length === 0) return `${next} ${seen}`;
  return `${next} ${seen} ${t('now.recorded.witnesses', { count: witnesses.length })} ${witnesses.join(', ')}.`;
}

function endedLine(t: Words, { what }: Act): Pick<Line, 'says' | 'more'> {
  switch (what.purpose) {
    case 'directory':
      return {
        says: t('now.ended.directory', { version: what.version }),
        more: t('now.ended.directory.says'),
      };
    case 'ceremony': {
      const key = what.what.does === 'use-hsm' ? 'now.ended.ceremony.hsm' : 'now.ended.ceremony';
      return { says: t(key), more: t(`${key}.says`) };
    }
    case 'enrol':
      return { says: t('now.ended.enrol'), more: t('now.ended.enrol.says') };
    case 'set-pin':
      return { says: t('now.ended.set-pin'), more: t('now.ended.set-pin.says') };
    case 'suspend':
      return { says: t('now.ended.suspend'), more: t('now.ended.suspend.says') };
    case 'sign-in':
      return { says: t('now.ended.sign-in'), more: t('now.ended.sign-in.says') };
    case 'decide':
    case 'sign-held':
      return { says: t('now.ended.sign-held'), more: t('now.ended.sign-held.says') };
  }
}

/** The device that was pulled out: surely out until a key of its model is seen; which of them that is, only trying tells. */
function goneMeaning(t: Words, act: Act): Meaning {
  const device = act.devices.find((one) => one.device === act.device);
  const says = t(device?.kind === 'hsm' ? 'now.failed.gone.hsm' : 'now.failed.gone');
  const others = act.devices.length > 1;
  if (device?.present === true)
    return { says, next: t(others ? 'now.failed.again' : 'now.failed.again.only') };
  return { says, next: t(others ? 'now.failed.gone.next' : 'now.failed.gone.only') };
}

function failedLine(t: Words, act: Act, { fault, sent }: At<'failed'>): Line {
  const { says, next } = fault.code === 'device_gone' ? goneMeaning(t, act) : saidOf(t, fault.code);
  const icon = failedIcons[fault.code] ?? (isDangerous(fault.code) ? OctagonAlert : TriangleAlert);
  const calm = fault.code === 'cancelled';
  const tone = calm ? 'neutral' : isDangerous(fault.code) ? 'danger' : 'warn';
  if (sent) return { icon, tone, says, more: t('now.failed.sent'), fact: '', urgent: true };
  const fact = act.what.purpose === 'decide' ? t('now.failed.unsent') : t('now.failed.unsent.plain');
  return { icon, tone, says, more: calm ? '' : next, fact, urgent: true };
}

/** The line of a phase. `reading` has none: the document itself is to be read. */
export function lineOf(t: Words, act: Act): Line {
  return { fact: '', ...lineWithout(t, act) };
}

function lineWithout(t: Words, act: Act): Omit<Line, 'fact'> & Partial<Pick<Line, 'fact'>> {
  const { phase, what } = act;
  const device = act.devices.find((one) => one.device === act.device)?.name ?? act.device ?? '';
  const calm = { tone: 'neutral', urgent: false } as const;
  switch (phase.at) {
    case 'reading':
      return { ...calm, icon: Search, says: '', more: '' };
    case 'connecting': {
      const says = what.purpose === 'sign-in' ? t('now.connecting.sign-in') : t('now.connecting');
      return { ...calm, icon: RadioTower, says, more: t('now.connecting.says') };
    }
    case 'looking':
      return { ...calm, icon: Search, says: t('now.looking', { device }), more: t('now.looking.says') };
    case 'choosing':
      return {
        icon: Fingerprint,
        tone: 'accent',
        urgent: true,
        says: t('now.choosing'),
        more: t('now.choosing.says'),
      };
    case 'pin':
      return { icon: KeyRound, urgent: phase.after !== null, ...pinLine(t, act, phase, device) };
    case 'processing':
      return { ...calm, icon: Cpu, says: t('now.processing'), more: t('now.processing.says') };
    case 'stopping':
      return { ...calm, icon: Undo2, says: t('now.stopping'), more: t('now.stopping.says') };
    case 'touch':
      return {
        icon: Fingerprint,
        tone: 'accent',
        urgent: true,
        ...inSteps(t, phase, 'touch', {
          says: phase.virtual ? t('now.touch.virtual') : t('now.touch'),
          more: phase.virtual ? t('now.touch.virtual.says') : t('now.touch.says'),
        }),
      };
    case 'sending':
      return { ...calm, icon: Send, says: t('now.sending'), more: t('now.sending.says') };
    case 'recorded':
      return {
        icon: ShieldCheck,
        tone: 'ok',
        urgent: false,
        says: t('now.recorded', { leaf: phase.leaf }),
        more: recordedMore(t, phase),
      };
    case 'kept': {
      const more = t('now.kept.says', { why: saidOf(t, phase.fault.code).says });
      return { icon: Hourglass, tone: 'warn', urgent: true, says: t('now.kept'), more };
    }
    case 'ended':
      return { icon: CircleCheck, tone: 'ok', urgent: false, ...endedLine(t, act) };
    case 'overtaken': {
      const more = t.maybe(`now.overtaken.${phase.fault.code}`) ?? t('now.overtaken.hold_closed');
      return { icon: CircleSlash, tone: 'warn', urgent: true, says: t('now.overtaken'), more };
    }
    case 'failed':
      return failedLine(t, act, phase);
  }
}
