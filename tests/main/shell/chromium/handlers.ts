// Handlers that answer nothing but what a test gives them, and a Console that says hello.
import type { Handlers } from '../../../../contract/ipc/calls.ts';
import { callNames, type Frame } from '../../../../contract/ipc/names.ts';
import type { Hello } from '../../../../contract/ipc/status.ts';

export const hello: Hello = {
  build: 'sha256:0',
  version: '0.0.0',
  shell: 'chromium',
  platform: 'linux',
  demo: true,
  officer: { id: 'ana', name: 'Ana' },
  machine: 'desk-a',
  signer: `sha256:${'0'.repeat(64)}`,
  locale: 'en',
  others: [],
  setUp: null,
};

/** Handlers that answer nothing but what a test gives. */
export function only<F extends Frame>(frame: F, given: Partial<Handlers<F>>): Handlers<F> {
  const refuse = (): never => {
    throw new Error('not for this test');
  };
  const refusing = Object.fromEntries(callNames[frame].map((name) => [name, refuse]));
  const all: object = { ...refusing, ...given };
  return all as Handlers<F>;
}
