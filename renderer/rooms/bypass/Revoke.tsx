// Ending a grant: one officer, a reason, at once. It takes away and gives nothing, so no device is asked.
import { Ban } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import type { Grant } from '../../../contract/ipc/rooms.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Field, TextInput } from '../../ui/Field.tsx';

export function Revoke({ grant }: { grant: Grant }) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const [reason, setReason] = useState('');
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (reason.trim() !== '')
      run(() => bridge.ask('bypass/revoke', { grant: grant.grant, reason: reason.trim() }));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 border-t border-line px-4 py-3">
      <div className="flex items-end gap-3">
        <Field label={t('bypass.reason')} className="min-w-0 flex-1">
          <TextInput
            value={reason}
            maxLength={2000}
            placeholder={t('bypass.reason.hint')}
            onValueChange={(value: string) => setReason(value)}
          />
        </Field>
        <Button
          type="submit"
          look="danger"
          icon={Ban}
          disabled={reason.trim() === '' || asked.at === 'running' || asked.at === 'done'}
        >
          {asked.at === 'running' ? t('bypass.revoking') : t('bypass.revoke')}
        </Button>
      </div>
      <p className="text-sm text-ink-3">{t('bypass.revoke.says')}</p>
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </form>
  );
}
