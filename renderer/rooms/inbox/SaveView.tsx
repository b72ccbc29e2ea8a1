// Names the filter and order that are set now, so that they can be had again.
import { useState } from 'react';
import { useWords } from '../../catalogue/words.tsx';
import { selectFilter, selectPrefs, setPrefs, useLocal, useLocalStore } from '../../local/local.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field, TextInput } from '../../ui/Field.tsx';

const LONGEST = 60;

export function SaveView({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useWords();
  const local = useLocalStore();
  const filter = useLocal(selectFilter);
  const { views, sort } = useLocal(selectPrefs);
  const [name, setName] = useState('');
  const trimmed = name.trim();
  const save = () => {
    if (trimmed === '') return;
    setPrefs(local, {
      views: [...views.filter((view) => view.name !== trimmed), { name: trimmed, filter, sort }],
    });
    setName('');
    onClose();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t('inbox.views.save')}>
      <form
        className="flex items-end gap-2 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={t('inbox.views.name')} className="flex-1">
          <TextInput value={name} maxLength={LONGEST} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Button type="submit" look="primary" disabled={trimmed === ''}>
          {t('inbox.views.do')}
        </Button>
      </form>
    </Dialog>
  );
}
