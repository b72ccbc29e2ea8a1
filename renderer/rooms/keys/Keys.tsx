// The keys room: which key signs what, which of them only ever sign what officers decided, and until when.
import { KeySquare } from 'lucide-react';
import type { KeyCard } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useMirror } from '../../mirror/use.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { DirectoryPanel } from './DirectoryPanel.tsx';
import { chainsOf } from './chains.ts';
import { KeyRow } from './KeyRow.tsx';
import { Timeline } from './Timeline.tsx';

const uses = ['release', 'log', 'attestation'] as const;

/** A key comes right before the approval-only key that signs for it when a request was held. */
function inPairs(keys: readonly KeyCard[]): KeyCard[] {
  const siblings = new Set(keys.flatMap((k) => (k.sibling === null ? [] : [k.sibling])));
  return keys
    .filter((k) => !siblings.has(k.name))
    .flatMap((k) => [k, ...keys.filter((other) => other.name === k.sibling)]);
}

export function Keys() {
  const t = useWords();
  const keys = useMirror((m) => m.keys);
  if (!keys) return <Room title={t('room.keys')}>{<Progress label={t('frame.starting')} />}</Room>;
  const chains = chainsOf(keys.keys).filter((chain) => chain.length > 1 || chain[0]?.notAfter);
  const known = new Map(keys.keys.map((k) => [k.name, k]));
  return (
    <Room title={t('room.keys')} count={t('keys.count', { keys: keys.keys.length })}>
      <div className="mx-auto flex max-w-5xl flex-col gap-4">
        {keys.keys.length === 0 && (
          <EmptyState icon={KeySquare} title={t('keys.none')}>
            {t('keys.none.says')}
          </EmptyState>
        )}
        {chains.length > 0 && (
          <Panel title={t('key.line')} aside={t('key.line.says')} flush>
            {chains.map((chain) => (
              <Timeline key={chain[0]?.name} chain={chain} />
            ))}
          </Panel>
        )}
        {uses
          .map((use) => [use, inPairs(keys.keys.filter((k) => k.use === use))] as const)
          .filter(([, list]) => list.length > 0)
          .map(([use, list]) => (
            <Panel key={use} title={t(`keys.use.${use}`)} aside={t(`keys.use.${use}.says`)} flush>
              <ul>
                {list.map((card) => (
                  <KeyRow
                    key={card.name}
                    card={card}
                    servedBy={card.sibling === null ? null : (known.get(card.sibling) ?? null)}
                    serves={keys.keys.find((k) => k.sibling === card.name) ?? null}
                  />
                ))}
              </ul>
            </Panel>
          ))}
        <DirectoryPanel />
      </div>
    </Room>
  );
}
