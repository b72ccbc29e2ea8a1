// When it went otherwise than the script says: a reason, and everybody's signature. The same for stopping it all.
import { TriangleAlert } from 'lucide-react';
import { useId, useState, type SubmitEvent } from 'react';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { Button } from '../../ui/Button.tsx';

function ReasonForm(props: {
  title: string;
  says: string;
  action: string;
  danger: boolean;
  busy: boolean;
  onSay: (reason: string) => void;
  onCancel: () => void;
}) {
  const t = useWords();
  const id = useId();
  const [reason, setReason] = useState('');
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (reason.trim() !== '') props.onSay(reason.trim());
  };
  return (
    <form
      onSubmit={submit}
      aria-label={props.title}
      className="flex flex-col gap-3 rounded-lg border border-warn-line bg-warn-soft p-4"
    >
      <div>
        <p className="flex items-center gap-2 text-md font-semibold text-warn-ink">
          <TriangleAlert aria-hidden="true" className="size-4 shrink-0" />
          {props.title}
        </p>
        <p className="text-ink-2">{props.says}</p>
      </div>
      <label htmlFor={id} className="font-medium text-ink">
        {t('ceremony.reason')}
      </label>
      <textarea
        id={id}
        autoFocus
        rows={3}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        className="block w-full resize-none rounded-md border border-control bg-surface px-2.5 py-1.5 text-ink"
      />
      <div className="flex items-center gap-2">
        <Button
          type="submit"
          look={props.danger ? 'danger' : 'primary'}
          disabled={reason.trim() === '' || props.busy}
        >
          {props.action}
        </Button>
        <Button look="plain" onClick={props.onCancel}>
          {t('ui.cancel')}
        </Button>
      </div>
    </form>
  );
}

export function Otherwise(props: { lacks: boolean; busy: boolean; onSay: (reason: string) => void }) {
  const t = useWords();
  const [open, setOpen] = useState(false);
  useShortcuts({ otherwise: () => setOpen(true) });
  if (!open)
    return (
      <p>
        <Button look="plain" icon={TriangleAlert} shortcut="otherwise" onClick={() => setOpen(true)}>
          {t('ceremony.otherwise')}
        </Button>
      </p>
    );
  return (
    <ReasonForm
      title={t('ceremony.otherwise.title')}
      says={t(props.lacks ? 'ceremony.otherwise.lacks' : 'ceremony.otherwise.says')}
      action={t('ceremony.otherwise.do')}
      danger={false}
      busy={props.busy}
      onSay={props.onSay}
      onCancel={() => setOpen(false)}
    />
  );
}

export function Stop(props: { busy: boolean; onSay: (reason: string) => void; onCancel: () => void }) {
  const t = useWords();
  return (
    <ReasonForm
      title={t('ceremony.stop.title')}
      says={t('ceremony.stop.says')}
      action={t('ceremony.stop.do')}
      danger
      busy={props.busy}
      onSay={props.onSay}
      onCancel={props.onCancel}
    />
  );
}
