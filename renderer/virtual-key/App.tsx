// A virtual key on its desk: the port, the key in it or beside it, and one line that says what it does.
import { PlugZap, Unplug } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { VirtualKey } from '../../contract/ipc/act.ts';
import type { PageApi } from '../../contract/ipc/api.ts';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/cx.ts';
import { followTheme } from '../ui/theme.ts';
import { Body } from './Body.tsx';
import { Token } from './Token.tsx';
import { wordsOf } from './words.ts';

/** The key as main says it is; what is not newer is dropped. */
function useKey(api: PageApi<'virtual-key'>): { key: VirtualKey | null; failed: boolean } {
  const [key, setKey] = useState<VirtualKey | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const take = (next: VirtualKey): void =>
      setKey((before) => (before && next.revision < before.revision ? before : next));
    const end = api.on('virtual-key/changed', take);
    const read = api['virtual-key/read'];
    void read({}).then((reply) => (reply.ok ? take(reply.value) : setFailed(true)));
    return end;
  }, [api]);
  return { key, failed };
}

export function App({ api }: { api: PageApi<'virtual-key'> }) {
  const { key, failed } = useKey(api);
  const language = key?.language ?? (navigator.language.startsWith('de') ? 'de' : 'en');
  const appearance = key?.appearance ?? 'system';
  const t = wordsOf(language);
  useEffect(() => followTheme(appearance), [appearance]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const press = useCallback(() => void api['virtual-key/press']({}), [api]);
  const plug = useCallback((plugged: boolean) => void api['virtual-key/plug']({ plugged }), [api]);
  if (!key)
    return (
      <p role="status" className="p-6 text-center text-ink-2">
        {failed ? t('failed') : ''}
      </p>
    );
  const { plugged, waiting, kind } = key;
  const isToken = kind === 'token';
  const state = isToken ? 'token' : waiting ? 'waits' : plugged ? 'idle' : 'out';
  const printed = { engraved: t('engraved'), name: key.name, serial: key.serial, pin: key.printedPin };
  return (
    <main aria-label={`${t('engraved')} ${key.name}`} className="desk flex h-full flex-col overflow-y-auto">
      <div className="relative min-h-90 flex-1">
        {!isToken && <div aria-hidden="true" className="port" />}
        <div className={cx('slot', !plugged && 'slot-out')}>
          {isToken ? (
            <Token {...printed} kind={t('token.kind')} pinLabel={t('pin')} />
          ) : (
            <Body
              {...printed}
              pinLabel={t('pin')}
              waiting={waiting}
              plugged={plugged}
              label={t('button')}
              onPress={press}
            />
          )}
        </div>
      </div>
      <footer className="relative z-10 flex shrink-0 items-center gap-3 border-t border-line bg-surface px-4 py-3">
        <div role="status" className="min-w-0 flex-1">
          <p className={cx('font-semibold', waiting && 'text-accent-ink')}>{t(state)}</p>
          <p className="text-sm text-ink-2">{t(`${state}.says`)}</p>
        </div>
        {!isToken && (
          <Button icon={plugged ? Unplug : PlugZap} onClick={() => plug(!plugged)}>
            {t(plugged ? 'unplug' : 'plug')}
          </Button>
        )}
      </footer>
    </main>
  );
}
