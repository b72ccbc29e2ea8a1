// Makes what a page is given: one frozen function a call of that page, and `on`. No name of another page, no generic send.
import type { PageApi } from '../contract/ipc/api.ts';
import { callNames, eventNames, type Frame } from '../contract/ipc/names.ts';
import type { Transport } from './transport.ts';

/** The functions of one kind of page over a transport. `on` throws TypeError for an event that is not this page's. */
export function expose<F extends Frame>(frame: F, transport: Transport): PageApi<F> {
  const calls = callNames[frame].map((name) => [name, (input: unknown) => transport.invoke(name, input)]);
  const on = (name: string, listener: (value: unknown) => void): (() => void) => {
    if (!eventNames[frame].some((own) => own === name)) throw new TypeError('that is no event of this page');
    return transport.on(name, (value) => listener(value));
  };
  for (const [, made] of calls) Object.freeze(made);
  return Object.freeze({ ...Object.fromEntries(calls), on: Object.freeze(on) }) as PageApi<F>;
}
