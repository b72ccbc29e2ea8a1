// What every window may do: constants, so that no setting, argument or message can widen them.
import { app, type WebPreferences } from 'electron';

/** Developer tools: never in a packaged app, and elsewhere only for who asks by this name. */
const devTools = (): boolean => !app.isPackaged && process.env['SIGNER_CONSOLE_DEVTOOLS'] === '1';

/** `preload` is the built file of this kind of page; the session comes with the window. */
export function preferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    spellcheck: false,
    navigateOnDragDrop: false,
    disableDialogs: true,
    devTools: devTools(),
  };
}
