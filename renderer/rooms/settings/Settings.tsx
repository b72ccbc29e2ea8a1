// The settings room: what this Console believes and from where, and how it looks. What moves trust is changed elsewhere.
import type { ReactNode } from 'react';
import { appearances, languages } from '../../../contract/ipc/rooms.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import type { InputOf } from '../../../contract/ipc/calls.ts';
import { useWords } from '../../catalogue/words.tsx';
import { selectHello, selectSettings, useMirror } from '../../mirror/use.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Digest, SpokenWords } from '../../ui/Digest.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { Choice, Switch } from './controls.tsx';
import { Origin } from './Origin.tsx';

/** One setting: what it is, its value, and where the value comes from. */
function Setting(props: {
  name: string;
  says?: string;
  of?: Parameters<typeof Origin>[0];
  children: ReactNode;
}) {
  return (
    <div className="grid grid-cols-[13rem_minmax(0,1fr)_auto] items-start gap-x-6 border-b border-line px-4 py-3 last:border-0">
      <div>
        <h3 className="font-medium text-ink">{props.name}</h3>
        {props.says !== undefined && <p className="text-sm text-ink-3">{props.says}</p>}
      </div>
      <div className="min-w-0">{props.children}</div>
      {props.of && <Origin {...props.of} />}
    </div>
  );
}

export function Settings() {
  const t = useWords();
  const bridge = useBridge();
  const settings = useMirror(selectSettings);
  const hello = useMirror(selectHello);
  const directory = useMirror((m) => m.directory);
  const status = useMirror((m) => m.status);
  const { asked, run } = useAsk();
  if (!settings) return <Room title={t('room.settings')}>{<Progress label={t('frame.starting')} />}</Room>;
  const set = (change: InputOf<'settings/set'>) => run(() => bridge.ask('settings/set', change));
  const { appearance, language, notifications, signerUrl, pin, ca, modules, dataDir } = settings;
  return (
    <Room title={t('room.settings')}>
      <div className="mx-auto flex max-w-4xl flex-col gap-4">
        {asked.at === 'failed' && (
          <FaultBanner
            fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
          />
        )}
        <Panel title={t('settings.looks')} flush>
          <Setting name={t('settings.appearance')} of={appearance}>
            <Choice
              label={t('settings.appearance')}
              value={appearance.value}
              disabled={appearance.fixed}
              options={appearances.map((value) => ({ value, label: t(`appearance.${value}`) }))}
              onChange={(value) => set({ appearance: value })}
            />
          </Setting>
          <Setting name={t('settings.language')} of={language}>
            <Choice
              label={t('settings.language')}
              value={language.value}
              disabled={language.fixed}
              options={languages.map((value) => ({ value, label: t(`language.${value}`) }))}
              onChange={(value) => set({ language: value })}
            />
          </Setting>
          <Setting
            name={t('settings.notifications')}
            says={t('settings.notifications.says')}
            of={notifications}
          >
            <Switch
              label={t('settings.notifications')}
              on={notifications.value}
              disabled={notifications.fixed}
              onChange={(on) => set({ notifications: on })}
            />
          </Setting>
        </Panel>
        <Panel
          title={t('settings.trust')}
          aside={
            <Button size="sm" onClick={() => run(() => bridge.ask('settings/choose-signer', {}))}>
              {t('settings.choose-signer')}
            </Button>
          }
          flush
        >
          <Setting name={t('settings.signer')} says={t('settings.signer.says')} of={signerUrl}>
            <span className="exact break-all">{signerUrl.value === '' ? '—' : signerUrl.value}</span>
          </Setting>
          <Setting name={t('settings.pin')} says={t('settings.pin.says')} of={pin}>
            {directory && <SpokenWords words={directory.pin.words} className="mb-1" />}
            <Digest digest={pin.value} label={t('settings.pin')} />
          </Setting>
          <Setting name={t('settings.ca')} says={t('settings.ca.says')} of={ca}>
            {ca.value.length === 0 && <span className="text-ink-3">—</span>}
            {ca.value.map(({ subject, sha256 }) => (
              <div key={sha256}>
                <p className="font-medium">{subject}</p>
                <Digest digest={sha256} label={subject} />
              </div>
            ))}
          </Setting>
          <Setting name={t('settings.modules')} says={t('settings.modules.says')} of={modules}>
            {modules.value.length === 0 && <span className="text-ink-3">{t('settings.modules.none')}</span>}
            {modules.value.map(({ path, found }) => (
              <p key={path} className="flex items-center gap-2">
                <span className="exact text-sm break-all">{path}</span>
                {!found && <Badge tone="warn">{t('settings.modules.missing')}</Badge>}
              </p>
            ))}
          </Setting>
        </Panel>
        <Panel title={t('settings.about')} flush>
          <Setting name={t('settings.data')} of={dataDir}>
            <span className="exact text-sm break-all">{dataDir.value}</span>
          </Setting>
          {status && (
            <Setting name={t('settings.secrets')}>
              {t.maybe(`secrets.${status.secrets}`) ?? status.secrets}
            </Setting>
          )}
          {hello && (
            <>
              <Setting name={t('settings.machine')}>{hello.machine}</Setting>
              <Setting name={t('settings.version')}>
                {t('settings.version.says', { version: hello.version, shell: hello.shell })}
              </Setting>
              <Setting name={t('settings.build')}>
                <Digest digest={hello.build} label={t('settings.build')} />
              </Setting>
            </>
          )}
        </Panel>
      </div>
    </Room>
  );
}
