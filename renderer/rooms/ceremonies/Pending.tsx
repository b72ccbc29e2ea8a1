// What was done and waits for signatures: every line as the devices will sign it, and the people in their order.
import { Check, CircleDashed, PenLine, Undo2 } from 'lucide-react';
import type { CeremonyShown, PendingShown } from '../../../contract/ipc/ceremony.ts';
import type { Role } from '../../../core/ceremony/script.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { FactList } from '../devices/FactList.tsx';
import { Lines } from './Lines.tsx';
import { Words } from './Words.tsx';

const isOdd = (did: PendingShown['did']): boolean => did === 'exception' || did === 'stopped';

function Signer(props: {
  role: Role;
  name: string;
  state: 'signed' | 'turn' | 'later';
  action: React.ReactNode;
}) {
  const t = useWords();
  const { role, name, state, action } = props;
  const Icon = state === 'signed' ? Check : state === 'turn' ? PenLine : CircleDashed;
  return (
    <li className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 last:border-b-0">
      <Icon
        aria-hidden="true"
        className={
          state === 'signed'
            ? 'size-4 text-ok-ink'
            : state === 'turn'
              ? 'size-4 text-accent-ink'
              : 'size-4 text-ink-3'
        }
        strokeWidth={2}
      />
      <p className="min-w-0 flex-1">
        <span className="font-medium text-ink">{name}</span>{' '}
        <span className="text-ink-3">{t(`ceremony.role.${role}`)}</span>
      </p>
      {state === 'signed' && <span className="text-ok-ink">{t('ceremony.signed')}</span>}
      {state === 'later' && <span className="text-ink-3">{t('ceremony.signs-later')}</span>}
      {action}
    </li>
  );
}

export function Pending({
  shown,
  pending,
  seen,
}: {
  shown: CeremonyShown;
  pending: PendingShown;
  seen: boolean;
}) {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const { ceremony, people, may } = shown;
  const odd = isOdd(pending.did);
  const ready = (seen || odd) && asked.at !== 'running' && !shown.acting;
  const sign = () => {
    const { sign: role } = may;
    if (role !== null && ready) run(() => bridge.ask('ceremony/sign', { ceremony, role }));
  };
  const takeBack = () => run(() => bridge.ask('ceremony/unsay', { ceremony }));
  useShortcuts({ sign, open: sign });
  const roles = [...pending.signed, ...pending.missing];
  const words = pending.lines.find(({ name }) => name === 'check words');
  return (
    <div className="flex flex-col gap-4">
      {odd && (
        <Banner
          tone="warn"
          title={t(`ceremony.pending.${pending.did === 'stopped' ? 'stopped' : 'exception'}`)}
        >
          <p>{t('ceremony.pending.everybody')}</p>
          <UntrustedText text={pending.reason} limit={400} className="mt-1" />
        </Banner>
      )}
      {(pending.did === 'yes' || pending.did === 'no') && (
        <p className="text-lg font-semibold text-ink">
          {t('ceremony.answered', { answer: t(`ceremony.did.${pending.did}`) })}
        </p>
      )}
      {pending.changes.length > 0 && (
        <Panel title={t('ceremony.pending.changes')} aside={pending.changes.length}>
          <FactList facts={pending.changes} />
        </Panel>
      )}
      {words && <Words words={words.value.split(' ')} />}
      {pending.lines.length > 0 && (
        <Panel title={t('ceremony.pending.lines')} aside={t('ceremony.pending.lines.says')}>
          <Lines lines={pending.lines} />
        </Panel>
      )}
      <Panel
        className="z-10 shadow-lift [@media(min-height:44rem)]:sticky [@media(min-height:44rem)]:bottom-0"
        title={t('ceremony.pending.sign')}
        aside={
          may.unsay && (
            <Button size="sm" icon={Undo2} disabled={asked.at === 'running'} onClick={takeBack}>
              {t('ceremony.unsay')}
            </Button>
          )
        }
        flush
      >
        <ul>
          {roles.map((role) => {
            const state = pending.signed.includes(role) ? 'signed' : role === may.sign ? 'turn' : 'later';
            return (
              <Signer
                key={role}
                role={role}
                name={people.find((one) => one.role === role)?.name ?? role}
                state={state}
                action={
                  state === 'turn' && (
                    <Button look="primary" size="lg" shortcut="sign" disabled={!ready} onClick={sign}>
                      {t('ceremony.sign-as', { role: t(`ceremony.role.${role}.in`) })}
                    </Button>
                  )
                }
              />
            );
          })}
        </ul>
        {!seen && !odd && (
          <p className="border-t border-line px-4 py-2 text-sm text-ink-3">{t('ceremony.tick-first')}</p>
        )}
      </Panel>
      {asked.at === 'failed' && (
        <FaultBanner
          fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
        />
      )}
    </div>
  );
}
