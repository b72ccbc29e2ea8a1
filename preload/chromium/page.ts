// What a page is given in Chromium, in the page's own world: the same functions as in Electron, over document events.
import { API_NAME } from '../../contract/ipc/api.ts';
import { frames } from '../../contract/ipc/names.ts';
import { fromText, toText } from '../../contract/ipc/text.ts';
import { chromiumOrigin } from '../../contract/ipc/chromium-origin.ts';
import { expose } from '../expose.ts';
import type { Transport } from '../transport.ts';

const undelivered = {
  ok: false,
  error: { code: 'internal', message: 'The call did not reach the Console.', trace: '' },
};

/** What main tells: the answer to call `id`, or an event. */
type Told =
  | { readonly id: number; readonly reply: unknown }
  | { readonly event: string; readonly value: unknown };

function transport(): Transport {
  const waiting = new Map<number, (reply: unknown) => void>();
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  let last = 0;

  document.addEventListener(`${CHANNEL}-told`, (event) => {
    if (!(event instanceof CustomEvent) || typeof event.detail !== 'string') return;
    const told = fromText(event.detail) as Told;
    if ('event' in told) {
      for (const listener of listeners.get(told.event) ?? []) listener(told.value);
      return;
    }
    waiting.get(told.id)?.(told.reply);
    waiting.delete(told.id);
  });

  return {
    invoke: (name, input) =>
      new Promise((resolve) => {
        const id = ++last;
        try {
          const detail = toText({ id, name, input });
          waiting.set(id, resolve);
          document.dispatchEvent(new CustomEvent(`${CHANNEL}-call`, { detail }));
        } catch {
          waiting.delete(id);
          resolve(undelivered); // it has no text: a function, a page's own object
        }
      }),
    on(name, listener) {
      const own = listeners.get(name) ?? new Set();
      listeners.set(name, own);
      own.add(listener);
      return () => void own.delete(listener);
    },
  };
}

const frame = frames.find((one) => chromiumOrigin(one) === location.origin);
if (frame !== undefined && window === window.top)
  Object.defineProperty(globalThis, API_NAME, { value: expose(frame, transport()), enumerable: true });
