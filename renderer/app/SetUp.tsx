// No Console stands behind this window yet: why, and how a person can change that.
import { PlugZap } from 'lucide-react';
import type { Fault } from '../../contract/ipc/call.ts';
import { useAsk, useBridge } from '../bridge/use.ts';
import { useMeaning } from '../catalogue/faults.ts';
import { useWords } from '../catalogue/words.tsx';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { FaultBanner } from '../ui/FaultBanner.tsx';
import { UntrustedText } from '../ui/UntrustedText.tsx';

export function SetUp({ fault }: { fault: Fault }) {
  const t = useWords();
  const bridge = useBridge();
  const { says } = useMeaning()(fault.code);
  const { asked, run } = useAsk();
  return (
    <EmptyState
      level="h1"
      icon={PlugZap}
      title={t('setup.title')}
      actions={
        <Button
          look="primary"
          disabled={asked.at === 'running'}
          onClick={() => run(() => bridge.ask('settings/choose-signer', {}).then(() => bridge.load()))}
        >
          {t('setup.choose')}
        </Button>
      }
    >
      <p>
        {says} {t('setup.next')}
      </p>
      {fault.detail && <UntrustedText text={fault.detail} limit={200} exact className="mt-2" />}
      {asked.at === 'failed' && (
        <div className="mt-3 text-left">
          <FaultBanner fault={asked.failure} />
        </div>
      )}
    </EmptyState>
  );
}
