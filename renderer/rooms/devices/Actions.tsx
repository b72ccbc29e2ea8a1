// What can be done with a device: find it, enrol it, change its PIN, take it out of the directory.
import { KeyRound, LocateFixed, Trash2, UserPlus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { DeviceCard } from '../../../contract/ipc/rooms.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Field, TextInput } from '../../ui/Field.tsx';

/** Names of devices in the directory: what `Id` allows. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Asks for a name first; the PIN and the touch are asked for in a window of their own. */
function Enrol({ path, onDone }: { path: string; onDone: () => void }) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const [name, setName] = useState('');
  const fits = NAME.test(name);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (fits) run(() => bridge.ask('devices/enrol', { path, device: name }).then(onDone));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 border-t border-line px-4 py-3">
      <div className="flex items-end gap-2">
        <Field
          label={t('enrol.name')}
          className="min-w-0 flex-1"
          {...(name !== '' && !fits ? { error: t('enrol.name.wrong') } : {})}
        >
          <TextInput
            autoFocus
            value={name}
            maxLength={63}
            onValueChange={(value: string) => setName(value)}
          />
        </Field>
        <Button type="submit" look="primary" icon={UserPlus} disabled={!fits || asked.at === 'running'}>
          {t('enrol.begin')}
        </Button>
        <Button look="plain" onClick={onDone}>
          {t('ui.cancel')}
        </Button>
      </div>
      <p className="text-sm text-ink-3">{t('enrol.says')}</p>
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </form>
  );
}

/** Taking a device out is a change of the directory: it is proposed, and officers sign it. */
function Remove({ device, onDone }: { device: string; onDone: () => void }) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  return (
    <div className="flex flex-col gap-2 border-t border-line px-4 py-3">
      <p>{t('device.remove.says', { device })}</p>
      <div className="flex gap-2">
        <Button
          look="danger"
          icon={Trash2}
          disabled={asked.at === 'running'}
          onClick={() => run(() => bridge.ask('devices/remove', { device }).then(onDone))}
        >
          {t('device.remove.propose')}
        </Button>
        <Button look="plain" onClick={onDone}>
          {t('ui.cancel')}
        </Button>
      </div>
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </div>
  );
}

export function Actions({ card }: { card: DeviceCard }) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const [open, setOpen] = useState<'none' | 'enrol' | 'remove'>('none');
  const { path, enrolled } = card;
  const key = card.kind === 'security-key' && card.present && path !== null;
  const close = () => setOpen('none');
  if (open === 'enrol' && path !== null) return <Enrol path={path} onDone={close} />;
  if (open === 'remove' && enrolled) return <Remove device={enrolled.device} onDone={close} />;
  if (!key && enrolled?.mine !== true) return null;
  return (
    <footer className="flex flex-wrap gap-2 border-t border-line px-4 py-3">
      {key && !enrolled && (
        <Button look="primary" size="sm" icon={UserPlus} onClick={() => setOpen('enrol')}>
          {t('device.enrol')}
        </Button>
      )}
      {key && card.can.includes('wink') && (
        <Button
          size="sm"
          icon={LocateFixed}
          onClick={() => run(() => bridge.ask('devices/identify', { path }))}
        >
          {t('device.identify')}
        </Button>
      )}
      {key && (
        <Button size="sm" icon={KeyRound} onClick={() => run(() => bridge.ask('devices/set-pin', { path }))}>
          {card.pin?.set === false ? t('device.pin.choose') : t('device.pin.change')}
        </Button>
      )}
      {enrolled?.mine === true && (
        <Button size="sm" look="plain" icon={Trash2} className="ml-auto" onClick={() => setOpen('remove')}>
          {t('device.remove')}
        </Button>
      )}
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </footer>
  );
}
