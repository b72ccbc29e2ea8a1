// How components reach the bridge, and how a call that a person started shows that it runs and how it ended.
import { createContext, useCallback, useContext, useState } from 'react';
import type { Failure } from '../../contract/ipc/call.ts';
import { failureOf, type Bridge } from './bridge.ts';

export const BridgeContext = createContext<Bridge | null>(null);

export function useBridge(): Bridge {
  const bridge = useContext(BridgeContext);
  if (!bridge) throw new Error('the bridge is not provided');
  return bridge;
}

export type Asked =
  | { readonly at: 'idle' }
  | { readonly at: 'running' }
  | { readonly at: 'done' }
  | { readonly at: 'failed'; readonly failure: Failure };

/** Runs one call of this person's at a time and keeps how it stands; a second start while it runs does nothing. */
export function useAsk(): {
  readonly asked: Asked;
  run: (work: () => Promise<unknown>) => void;
  reset: () => void;
} {
  const [asked, setAsked] = useState<Asked>({ at: 'idle' });
  const run = useCallback(
    (work: () => Promise<unknown>) => {
      if (asked.at === 'running') return;
      setAsked({ at: 'running' });
      work().then(
        () => setAsked({ at: 'done' }),
        (thrown: unknown) => setAsked({ at: 'failed', failure: failureOf(thrown) }),
      );
    },
    [asked.at],
  );
  const reset = useCallback(() => setAsked({ at: 'idle' }), []);
  return { asked, run, reset };
}
