// A fault as a person reads it: what happened, what to do next, and the code for whoever is asked about it.
import type { ReactNode } from 'react';
import { isDangerous } from '../catalogue/dangerous.ts';
import { useMeaning } from '../catalogue/faults.ts';
import { useWords } from '../catalogue/words.tsx';
import { Banner } from './Banner.tsx';
import type { Tone } from './tone.ts';
import { UntrustedText } from './UntrustedText.tsx';

/** `detail` (or a failure's `message`) may hold text of strangers and is framed. Red only where it may be an attack. `trace` finds the story in main's log. */
export function FaultBanner(props: {
  fault: {
    readonly code: string;
    readonly detail?: string;
    readonly message?: string;
    readonly trace?: string;
  };
  tone?: Tone;
  actions?: ReactNode;
  live?: boolean;
}) {
  const t = useWords();
  const { says, next } = useMeaning()(props.fault.code);
  const { code, trace } = props.fault;
  const detail = props.fault.detail ?? props.fault.message;
  const tone = props.tone ?? (isDangerous(code) ? 'danger' : 'warn');
  return (
    <Banner tone={tone} title={says} actions={props.actions} live={props.live ?? true}>
      <p>{next}</p>
      {detail && <UntrustedText text={detail} limit={300} className="mt-1" />}
      <p className="mt-1 text-sm text-ink-3">
        <span className="exact">{code}</span>
        {trace && (
          <>
            {' · '}
            {t('fault.trace')} <span className="exact">{trace}</span>
          </>
        )}
      </p>
    </Banner>
  );
}
