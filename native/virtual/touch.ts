// Presence for a virtual key: asked of the person, always given, or following a script.
import type { TouchPolicy, TouchStep } from '../../contract/driver/security-key.ts';

/** How one request for presence ended. */
export type Touch = 'touch' | 'deny' | 'timeout' | 'unplug';

/** Asks the person; resolves with whether the touch was given. Rejects when there is nobody to ask. */
export type AskPerson = (signal: AbortSignal) => Promise<boolean>;

/** Gives presence, or not. `signal` ends the wait when the request is cancelled or its time is over. */
export interface Presence {
  wait(signal: AbortSignal): Promise<Touch>;
}

const ended = (signal: AbortSignal): Promise<'timeout'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('timeout');
    else signal.addEventListener('abort', () => resolve('timeout'), { once: true });
  });

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

async function asked(ask: AskPerson, signal: AbortSignal): Promise<Touch> {
  const answer = ask(signal).then((given): Touch => (given ? 'touch' : 'deny'));
  return Promise.race([answer, ended(signal)]);
}

/** A script: `delay:MS` waits and goes on to the next step; after the last step everything is denied. */
function scripted(steps: readonly TouchStep[]): Presence {
  const left = [...steps];
  return {
    async wait(signal) {
      for (;;) {
        const step = left.shift() ?? 'deny';
        if (step.startsWith('delay:')) await sleep(Number(step.slice(6)), signal);
        else if (step === 'timeout') return ended(signal);
        else return step as Touch;
        if (signal.aborted) return 'timeout';
      }
    },
  };
}

/** The presence that a policy asks for. */
export function presenceOf(policy: TouchPolicy, ask: AskPerson): Presence {
  if (policy === 'auto') return { wait: (signal) => Promise.resolve(signal.aborted ? 'timeout' : 'touch') };
  if (policy === 'ask') return { wait: (signal) => asked(ask, signal) };
  return scripted(policy);
}
