// The inbox: what is held and waits for officers.
import { useWords } from '../../catalogue/words.tsx';
import { goTo, useLocalStore } from '../../local/local.ts';
import { selectQueue, useMirror } from '../../mirror/use.ts';
import { Room } from '../../ui/Room.tsx';
import { Countdown } from '../../ui/time.tsx';
import { UntrustedLine } from '../../ui/UntrustedText.tsx';
import { documentName } from './names.ts';

export function Inbox() {
  const t = useWords();
  const local = useLocalStore();
  const rows = useMirror(selectQueue)?.rows ?? [];
  return (
    <Room title={t('room.inbox')} count={rows.length} flush>
      <ul>
        {rows.map((row) => (
          <li key={row.requestId}>
            <button type="button" onClick={() => goTo(local, { at: 'review', requestId: row.requestId })}>
              <UntrustedLine text={row.subject ?? row.requestId} strong />
              {documentName(t, row.document)}
              <Countdown until={row.expires} still />
            </button>
          </li>
        ))}
      </ul>
    </Room>
  );
}
