// Tones: what a colour may mean. Each tone has a glyph, because colour never speaks alone.
import { CircleCheck, Info, OctagonAlert, TriangleAlert, type LucideIcon } from 'lucide-react';

/** `danger` is the only red. `accent` is for what can be done or is chosen, never for a judgement. */
export type Tone = 'neutral' | 'accent' | 'danger' | 'warn' | 'ok';

export const toneIcons: Readonly<Record<Tone, LucideIcon>> = {
  neutral: Info,
  accent: Info,
  danger: OctagonAlert,
  warn: TriangleAlert,
  ok: CircleCheck,
};

/** Ground, line and ink of a tinted surface. */
export const toneSurface: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken border-line text-ink-2',
  accent: 'bg-accent-soft border-transparent text-accent-ink',
  danger: 'bg-danger-soft border-danger-line text-danger-ink',
  warn: 'bg-warn-soft border-warn-line text-warn-ink',
  ok: 'bg-ok-soft border-ok-line text-ok-ink',
};

/** Ink alone. */
export const toneInk: Readonly<Record<Tone, string>> = {
  neutral: 'text-ink-3',
  accent: 'text-accent-ink',
  danger: 'text-danger-ink',
  warn: 'text-warn-ink',
  ok: 'text-ok-ink',
};
