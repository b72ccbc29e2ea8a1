// What holds for everything that shows web content: it goes nowhere, opens nothing, and cannot refuse to close.
import { app } from 'electron';

/** Before the first window. */
export function guardContents(log: (line: string) => void): void {
  app.on('web-contents-created', (_created, contents) => {
    const refuse =
      (what: string) =>
      (event: { preventDefault(): void }): void => {
        event.preventDefault();
        log(`refused: ${what}`);
      };
    contents.setWindowOpenHandler(() => {
      log('refused: a new window');
      return { action: 'deny' };
    });
    contents.on('will-navigate', refuse('a navigation'));
    contents.on('will-frame-navigate', refuse('a navigation'));
    contents.on('will-redirect', refuse('a redirect'));
    contents.on('will-attach-webview', refuse('a web view'));
    contents.on('will-prevent-unload', (event) => event.preventDefault()); // here that means: it closes all the same
  });
}
