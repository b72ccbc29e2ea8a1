// Switches of Chromium that would open a packaged app to whoever gave them; one that is given keeps it from starting.
import { app } from 'electron';

/** Debugging, other programs in the place of its processes, files that tell its traffic, and a foreign profile. */
const doors = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'js-flags',
  'load-extension',
  'disable-web-security',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'log-net-log',
  'ssl-key-log-file',
  'user-data-dir',
];

/** The first of them that was given, or undefined. Without a package they are a developer's own affair. */
export function refusedSwitch(): string | undefined {
  return app.isPackaged ? doors.find((name) => app.commandLine.hasSwitch(name)) : undefined;
}
