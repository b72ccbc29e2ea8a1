// Calls about devices, keys and the directory: show itself, and what opens an act of its own.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import type { App } from '../app.ts';

type Calls = Pick<
  Handlers<'app'>,
  | 'devices/identify'
  | 'devices/enrol'
  | 'devices/set-pin'
  | 'devices/remove'
  | 'directory/sign'
  | 'directory/withdraw'
  | 'keys/suspend'
  | 'keys/end-suspension'
>;

export function deviceCalls(app: App): Calls {
  return {
    'devices/identify': async ({ path }) => {
      await app.console.identify(path);
      return {};
    },
    'devices/enrol': async ({ path, device }) => {
      await app.acts.enrol(path, device);
      return {};
    },
    'devices/set-pin': async ({ path }) => {
      await app.acts.setPin(path);
      return {};
    },
    'devices/remove': async ({ device }) => {
      await app.acts.removeDevice(device);
      return {};
    },
    'directory/sign': async ({ digest }) => {
      await app.acts.signDirectory(digest);
      return {};
    },
    'directory/withdraw': async ({ digest }) => {
      await app.proposals.withdraw(digest);
      app.touch('directory');
      return {};
    },
    'keys/suspend': async ({ key }) => {
      await app.acts.suspendKey(key);
      return {};
    },
    'keys/end-suspension': async ({ key, how }) => {
      await app.acts.endSuspension(key, how);
      return {};
    },
  };
}
