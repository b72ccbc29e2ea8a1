// Calls about the whole: who this is, everything as it is now, clipboard, another officer's Console, session.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { CallerFault, LackFault } from '../../../core/fault/fault.ts';
import type { App } from '../app.ts';

type Calls = Pick<
  Handlers<'app'>,
  'app/hello' | 'app/snapshot' | 'app/copy' | 'app/open-console' | 'session/sign-in' | 'session/sign-out'
>;

export function appCalls(app: App): Calls {
  const { parts } = app;
  return {
    'app/hello': () => app.hello(),
    'app/snapshot': () => {
      const snapshot = app.snapshot();
      app.listening();
      return snapshot;
    },
    'app/copy': ({ text }) => {
      parts.shell.copy(text);
      return {};
    },
    'app/open-console': async ({ officer }) => {
      if (!parts.demo) throw new LackFault('demo_only');
      // Never for itself: a second Console of one officer on one data folder could only fail.
      if (!parts.others.includes(officer)) throw new CallerFault('not_found', officer);
      await parts.openConsole(officer);
      return {};
    },
    'session/sign-in': async () => {
      await app.acts.signIn();
      return {};
    },
    'session/sign-out': async () => {
      await app.console.signOut();
      app.touch('status');
      return {};
    },
  };
}
