// Every call of the app document, a file a room.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import type { App } from '../app.ts';
import { appCalls } from './app.ts';
import { ceremonyCalls } from './ceremonies.ts';
import { deviceCalls } from './devices.ts';
import { journalCalls } from './journal.ts';
import { reviewCalls } from './review.ts';
import { settingsCalls } from './settings.ts';

/** The handlers of frame `app`. */
export function appHandlers(app: App): Handlers<'app'> {
  return {
    ...appCalls(app),
    ...reviewCalls(app),
    ...deviceCalls(app),
    ...ceremonyCalls(app),
    ...journalCalls(app),
    ...settingsCalls(app),
  };
}
