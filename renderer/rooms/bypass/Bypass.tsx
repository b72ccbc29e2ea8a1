// The bypass room: what is signed without the entitlement service right now, for how long, and how to end it at once.
import { ShieldCheck } from 'lucide-react';
import { useWords } from '../../catalogue/words.tsx';
import { useMirror } from '../../mirror/use.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { EndedGrants } from './EndedGrants.tsx';
import { LiveGrant } from './LiveGrant.tsx';

export function Bypass() {
  const t = useWords();
  const bypass = useMirror((m) => m.bypass);
  if (!bypass) return <Room title={t('room.bypass')}>{<Progress label={t('frame.starting')} />}</Room>;
  const live = bypass.grants.filter((g) => g.state === 'live');
  const ended = bypass.grants.filter((g) => g.state === 'ended');
  return (
    <Room title={t('room.bypass')} count={t('bypass.count', { live: live.length })}>
      {live.length === 0 && (
        <EmptyState icon={ShieldCheck} title={t('bypass.none')}>
          {t('bypass.none.says')}
        </EmptyState>
      )}
      <div className="mx-auto flex max-w-4xl flex-col gap-4">
        {live.map((grant) => (
          <LiveGrant key={grant.grant} grant={grant} />
        ))}
        {ended.length > 0 && (
          <Panel title={t('bypass.ended')} flush>
            <EndedGrants grants={ended} />
          </Panel>
        )}
      </div>
    </Room>
  );
}
