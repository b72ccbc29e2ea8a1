// Chromium shows the demo's world alone: the arguments must say so, and so must everything that goes to the window.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import type { EventName, Frame } from '../../../contract/ipc/names.ts';
import { LackFault } from '../../../core/fault/fault.ts';

/** LackFault `demo_only` unless `--demo` is among the arguments, alone as it stands. */
export function checkDemo(argv: readonly string[]): void {
  if (!argv.includes('--demo')) throw new LackFault('demo_only', 'start it with --demo');
}

type Environment = { readonly environment: string | null };

function checkStatus({ environment }: Environment): void {
  if (environment !== null && environment !== 'demo')
    throw new LackFault('demo_only', `the directory is of ${environment}`);
}

/** The event, unless it brings another directory than the demo's. LackFault `demo_only`. */
export function checkEvent(name: EventName, value: unknown): void {
  if (name === 'status/changed') checkStatus(value as Environment);
}

/** The same handlers, which fail with `demo_only` instead of showing another directory than the demo's. */
export function demoOnly<F extends Frame>(frame: F, handlers: Handlers<F>): Handlers<F> {
  if (frame !== 'app') return handlers;
  const app = handlers as unknown as Handlers<'app'>;
  const guarded: Handlers<'app'> = {
    ...app,
    'app/hello': async (input) => {
      const hello = await app['app/hello'](input);
      if (!hello.demo) throw new LackFault('demo_only', 'this Console is not in demo mode');
      return hello;
    },
    'app/snapshot': async (input) => {
      const snapshot = await app['app/snapshot'](input);
      checkStatus(snapshot.status);
      return snapshot;
    },
  };
  return guarded as unknown as Handlers<F>;
}
