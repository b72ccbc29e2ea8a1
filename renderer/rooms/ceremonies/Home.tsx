// Over all ceremonies: what can be begun or rehearsed, what waits to be gone on with, and what was done on this machine.
import { Drama, Play, Users } from 'lucide-react';
import { useState } from 'react';
import type { Ceremonies, CeremonyRow, ScriptCard } from '../../../contract/ipc/ceremony.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { setCeremonies, useLocalStore } from '../../local/local.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Digest, SpokenWords } from '../../ui/Digest.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Room } from '../../ui/Room.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { countOf, rowTones, stepName } from './names.ts';
import { Outline } from './Outline.tsx';

function Script({ script, room }: { script: ScriptCard; room: Ceremonies }) {
  const t = useWords();
  const local = useLocalStore();
  const meaning = useMeaning();
  const gather = (kind: 'real' | 'rehearsal') =>
    setCeremonies(local, { at: 'gather', script: script.digest.digest, kind });
  const why = room.real ?? room.rehearsal;
  return (
    <Panel title={script.title} aside={t('ceremony.version', { name: script.name, version: script.version })}>
      <div className="grid grid-cols-[minmax(0,1fr)_17rem] gap-8 max-[70rem]:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-4">
          <p className="text-md text-ink-2">{script.purpose}</p>
          <p className="text-ink-2">
            {t('ceremony.script.says', { steps: countOf(script.entries), people: 3 })}
          </p>
          <div className="flex flex-wrap items-center gap-2">
            <Button
              look="primary"
              size="lg"
              icon={Play}
              disabled={room.real !== null}
              onClick={() => gather('real')}
            >
              {t('ceremony.begin')}
            </Button>
            <Button
              look="strong"
              size="lg"
              icon={Drama}
              disabled={room.rehearsal !== null}
              onClick={() => gather('rehearsal')}
            >
              {t('ceremony.rehearse')}
            </Button>
          </div>
          {why && (
            <p className="text-sm text-ink-3">
              {t(room.real ? 'ceremony.not-now.real' : 'ceremony.not-now.rehearsal')} {meaning(why.code).says}{' '}
              {meaning(why.code).next}
            </p>
          )}
          <div className="mt-auto border-t border-line pt-3">
            <p className="text-sm text-ink-3">{t('ceremony.script.digest')}</p>
            <SpokenWords words={script.digest.words} />
            <Digest digest={script.digest.digest} label={t('ceremony.script.digest')} />
          </div>
        </div>
        <div className="max-h-76 overflow-auto rounded-md border border-line bg-sunken p-2" tabIndex={0}>
          <Outline entries={script.entries} states={[]} shown={null} />
        </div>
      </div>
    </Panel>
  );
}

function Row(props: { row: CeremonyRow; on: boolean; onOpen: () => void; onOn: () => void }) {
  const t = useWords();
  const meaning = useMeaning();
  const { row, on } = props;
  const says =
    row.at === 'running' && row.step !== null
      ? t('ceremony.row.running', { step: stepName(row.step), sealed: row.sealed })
      : row.fault
        ? meaning(row.fault.code).says
        : t('ceremony.row.sealed', { sealed: row.sealed });
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        onClick={props.onOpen}
        onFocus={props.onOn}
        className={cx(
          'grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-2.5 text-left',
          on ? 'bg-accent-soft' : 'hover:bg-hover',
        )}
      >
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-semibold text-ink">{row.title}</span>
          {row.kind === 'rehearsal' && (
            <Badge tone="warn" icon={Drama}>
              {t('ceremony.rehearsal')}
            </Badge>
          )}
        </span>
        <Badge tone={rowTones[row.at]} className="justify-self-end">
          {t(`ceremony.at.${row.at}`)}
        </Badge>
        <span className="truncate text-ink-2">{says}</span>
        <RelativeTime time={row.openedAt} still className="justify-self-end text-sm text-ink-3" />
      </button>
    </li>
  );
}

export function Home({ room }: { room: Ceremonies }) {
  const t = useWords();
  const local = useLocalStore();
  const [cursor, setCursor] = useState(0);
  const { list, scripts } = room;
  const at = Math.min(cursor, Math.max(0, list.length - 1));
  const open = (row: CeremonyRow | undefined) =>
    row && setCeremonies(local, { at: 'run', ceremony: row.ceremony });
  useShortcuts({
    next: () => setCursor(Math.min(at + 1, list.length - 1)),
    previous: () => setCursor(Math.max(at - 1, 0)),
    open: () => open(list[at]),
  });
  const waiting = list.find((row) => row.at === 'running');
  return (
    <Room title={t('room.ceremonies')} count={t('ceremony.count', { count: list.length })}>
      <div className="mx-auto flex max-w-5xl flex-col gap-4">
        {waiting && (
          <Banner
            tone="accent"
            icon={Users}
            title={t(waiting.kind === 'real' ? 'ceremony.waiting' : 'ceremony.waiting.rehearsal')}
            actions={
              <Button look="primary" onClick={() => open(waiting)}>
                {t('ceremony.go-on')}
              </Button>
            }
          >
            {t('ceremony.waiting.says', {
              title: waiting.title,
              step: waiting.step === null ? '' : stepName(waiting.step),
            })}
          </Banner>
        )}
        {scripts.length === 0 && (
          <EmptyState icon={Users} title={t('ceremony.none')}>
            {t('ceremony.none.says')}
          </EmptyState>
        )}
        {scripts.map((script) => (
          <Script key={script.digest.digest} script={script} room={room} />
        ))}
        {list.length > 0 && (
          <Panel title={t('ceremony.list')} flush>
            <ul>
              {list.map((row, index) => (
                <Row
                  key={row.ceremony}
                  row={row}
                  on={index === at}
                  onOpen={() => open(row)}
                  onOn={() => setCursor(index)}
                />
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </Room>
  );
}
