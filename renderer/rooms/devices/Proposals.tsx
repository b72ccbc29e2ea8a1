// Changes of the directory that wait for signatures: every difference said, who signed, and the way to sign.
import { FileSignature, Undo2 } from 'lucide-react';
import type { Proposal } from '../../../contract/ipc/rooms.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { selectHello, useMirror } from '../../mirror/use.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Digest, SpokenWords } from '../../ui/Digest.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { Officer } from '../Officer.tsx';
import { FactList } from './FactList.tsx';

function One({ proposal }: { proposal: Proposal }) {
  const t = useWords();
  const meaning = useMeaning();
  const bridge = useBridge();
  const me = useMirror(selectHello)?.officer.id;
  const { asked, run } = useAsk();
  const { digest, signedBy, needed, proposedBy, may } = proposal;
  const signed = me !== undefined && signedBy.includes(me);
  return (
    <Panel
      title={t('proposal.title', { version: proposal.version })}
      aside={
        <>
          {t.rich('proposal.by', { officer: <Officer key="by" id={proposedBy} /> })}{' '}
          <RelativeTime time={proposal.at} />
          <Badge tone={signed ? 'ok' : 'warn'}>
            {t('proposal.signed', { signed: signedBy.length, needed })}
          </Badge>
        </>
      }
    >
      <FactList facts={proposal.changes} />
      <div className="mt-4 flex flex-col gap-2 border-t border-line pt-3">
        <SpokenWords words={proposal.words} />
        <Digest digest={digest} label={t('proposal.digest')} />
      </div>
      <div className="mt-4 flex flex-wrap items-center gap-2">
        <Button
          look="primary"
          icon={FileSignature}
          disabled={signed || may !== null || asked.at === 'running'}
          onClick={() => run(() => bridge.ask('directory/sign', { digest }))}
        >
          {t('proposal.sign')}
        </Button>
        {proposedBy === me && (
          <Button
            look="plain"
            icon={Undo2}
            onClick={() => run(() => bridge.ask('directory/withdraw', { digest }))}
          >
            {t('proposal.withdraw')}
          </Button>
        )}
        <span className="text-ink-3">
          {signed ? t('proposal.yours') : may ? `${meaning(may.code).says} ${meaning(may.code).next}` : ''}
        </span>
      </div>
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </Panel>
  );
}

export function Proposals() {
  const proposals = useMirror((m) => m.directory?.proposals ?? null);
  return proposals?.map((proposal) => <One key={proposal.digest} proposal={proposal} />) ?? null;
}
