// Calls about the configuration: what a person may choose, and which Signer, by native questions of main's only.
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { wordsOf } from '../../../core/words/words.ts';
import type { App } from '../app.ts';

type Calls = Pick<Handlers<'app'>, 'settings/set' | 'settings/choose-signer'>;

/**
 * The page names no address: it only asks for this. What counts is a connection file that lies in the state folder, shown
 * by main with the words of its pin, and confirmed there. It counts from the next start on.
 */
async function chooseSigner(app: App): Promise<void> {
  const { settings, shell } = app.parts;
  const place = await settings.connection();
  const { url, pin, officer, machine } = place;
  const answer = await shell.ask({
    message: 'Trust this Signer?',
    detail: [
      `Address: ${url}`,
      `Officer: ${officer}, machine: ${machine}`,
      `Directory, version 1: ${pin}`,
      `In words: ${wordsOf(pin).join(' ')}`,
      '',
      'Compare the words with those that you were given in the ceremony. It counts from the next start on.',
    ].join('\n'),
    buttons: ['Trust it', 'Cancel'],
  });
  if (answer === 0) await settings.trustSigner(place);
}

export function settingsCalls(app: App): Calls {
  return {
    'settings/set': async (chosen) => {
      await app.parts.settings.set(chosen);
      app.restyle();
      return {};
    },
    'settings/choose-signer': async () => {
      await chooseSigner(app);
      app.touch('settings');
      return {};
    },
  };
}
