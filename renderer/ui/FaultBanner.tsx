// A fault as a person reads it: what happened, what to do next, and the code for whoever is asked about it.
import type { ReactNode } from 'react';
import { useMeaning } from '../catalogue/faults.ts';
import { useWords } from '../catalogue/words.tsx';
import { Banner } from './Banner.tsx';
import type { Tone } from './tone.ts';
import { UntrustedText } from './UntrustedText.tsx';

/** `detail` may hold text of strangers and is framed. `trace` finds the story in main's log. */
export function FaultBanner(props: {
  fault: { readonly code: string; readonly detail?: string; readonly trace?: string };
  tone?: Tone;
  actions?: ReactNode;
  live?: boolean;
}) {
  const t = useWords();
  const { says, next } = useMeaning()(props.fault.code);
  const { code, detail, trace } = props.fault;
  return (
    <Banner tone={props.tone ?? 'danger'} title={says} actions={props.actions} live={props.live ?? true}>
      <p>{next}</p>
      {detail && <UntrustedText text={detail} limit={300} className="mt-1" />}
      <p className="mt-1 text-sm text-ink-3">
        <span className="exact">{code}</span>
        {trace && (
          <>
            {' '}
            {t('fault.trace')} <span className="exact">{trace}</span>
          </>
        )}
      </p>
    </Banner>
  );
}
