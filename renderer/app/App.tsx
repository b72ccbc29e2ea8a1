// Puts the window together: stores, words, theme, keys, and the frame around the rooms.
import { CSPProvider } from '@base-ui/react/csp-provider';
import { useCallback, useEffect, useMemo, type ReactNode } from 'react';
import { BridgeContext } from '../bridge/use.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { languageFor, useWords, WordsProvider } from '../catalogue/words.tsx';
import { ShortcutDesk } from '../keys/use.tsx';
import {
  goTo,
  isRoom,
  LocalContext,
  selectPanel,
  selectPrefs,
  useLocal,
  type LocalStore,
} from '../local/local.ts';
import type { MirrorStore } from '../mirror/mirror.ts';
import { MirrorContext, selectHello, selectSettings, useMirror } from '../mirror/use.ts';
import { useVoice, VoiceProvider } from '../ui/announce.tsx';
import { CopyContext } from '../ui/copy.ts';
import { followTheme } from '../ui/theme.ts';
import { NowProvider } from '../ui/time.tsx';
import { TooltipProvider } from '../ui/Tooltip.tsx';
import { Frame } from './Frame.tsx';

/** Language, theme and keys follow main's settings and this person's preferences. */
function Settled({ children }: { children: ReactNode }) {
  const hello = useMirror(selectHello);
  const settings = useMirror(selectSettings);
  const { singleKeys } = useLocal(selectPrefs);
  const covered = useLocal(selectPanel) !== 'none';
  const appearance = settings?.appearance.value ?? 'system';
  const language = languageFor(settings?.language.value ?? 'system', hello?.locale ?? navigator.language);
  useEffect(() => followTheme(appearance), [appearance]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <WordsProvider language={language}>
      <ShortcutDesk platform={hello?.platform ?? ''} characters={singleKeys} covered={covered}>
        {children}
      </ShortcutDesk>
    </WordsProvider>
  );
}

/** Copying through main, and a note that it was done. */
function Copying({ bridge, children }: { bridge: Bridge; children: ReactNode }) {
  const t = useWords();
  const voice = useVoice();
  const copy = useCallback(
    (text: string) => {
      bridge.ask('app/copy', { text }).then(
        () => voice.note(t('ui.copied')),
        () => voice.note(t('ui.copy.failed')),
      );
    },
    [bridge, t, voice],
  );
  return <CopyContext value={copy}>{children}</CopyContext>;
}

export function App(props: { mirror: MirrorStore; local: LocalStore; bridge: Bridge }) {
  const { mirror, local, bridge } = props;
  useEffect(
    () =>
      bridge.start((to) => {
        if (to.to === 'request') goTo(local, { at: 'review', requestId: to.requestId });
        else if (isRoom(to.room)) goTo(local, { at: 'room', room: to.room });
      }),
    [bridge, local],
  );
  const csp = useMemo(() => ({ disableStyleElements: true }), []);
  return (
    <MirrorContext value={mirror}>
      <LocalContext value={local}>
        <BridgeContext value={bridge}>
          <CSPProvider {...csp}>
            <Settled>
              <NowProvider>
                <TooltipProvider>
                  <VoiceProvider>
                    <Copying bridge={bridge}>
                      <Frame />
                    </Copying>
                  </VoiceProvider>
                </TooltipProvider>
              </NowProvider>
            </Settled>
          </CSPProvider>
        </BridgeContext>
      </LocalContext>
    </MirrorContext>
  );
}
