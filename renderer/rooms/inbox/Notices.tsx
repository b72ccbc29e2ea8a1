// What stands between an officer and a list that can be believed: a link that is down, a session that ended, a locked journal.
import { CloudOff, LogIn, UserX } from 'lucide-react';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { selectQueue, selectStatus, useMirror } from '../../mirror/use.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { secondsLeft } from '../../ui/seconds.ts';
import { ago, exactTime, stretch, useNow } from '../../ui/time.tsx';

const strip = 'rounded-none border-x-0 border-t-0 px-5 py-2';

export function SignIn() {
  const t = useWords();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  return (
    <Button
      look="primary"
      icon={LogIn}
      disabled={asked.at === 'running'}
      onClick={() => run(() => bridge.ask('session/sign-in', {}))}
    >
      {t('session.sign-in')}
    </Button>
  );
}

function AsOf() {
  const t = useWords();
  const queue = useMirror(selectQueue);
  const now = useNow();
  if (!queue?.asOf) return t('inbox.never');
  return t('inbox.as-of', {
    exact: exactTime(t.language, queue.asOf),
    ago: ago(t, Date.parse(queue.asOf), now),
  });
}

export function Notices() {
  const t = useWords();
  const meaning = useMeaning();
  const status = useMirror(selectStatus);
  const now = useNow();
  if (!status) return null;
  const { link, journal } = status;
  // What the link's own sentence says better: who it is that does not answer.
  const silent = link.fault?.code === 'unreachable' || link.fault?.code === 'timed_out';
  const down = link.state === 'offline' || link.state === 'closed';
  return (
    <>
      {journal.lock && (
        <div className="border-b border-line [&>div]:rounded-none [&>div]:border-0 [&>div]:px-5">
          <FaultBanner fault={journal.lock} />
        </div>
      )}
      {down && (
        <Banner tone="warn" icon={CloudOff} live className={strip} title={<AsOf />}>
          {silent || !link.fault ? t(`link.${link.state}.says`) : meaning(link.fault.code).says}
          {link.retryAt && ` ${t('inbox.retry', { time: stretch(t, secondsLeft(link.retryAt, now)) })}`}
        </Banner>
      )}
      {link.state === 'signed-out' && (
        <Banner
          tone="warn"
          icon={UserX}
          live
          className={strip}
          title={t('link.signed-out')}
          actions={<SignIn />}
        >
          {link.fault ? meaning(link.fault.code).says : t('link.signed-out.says')} <AsOf />
        </Banner>
      )}
    </>
  );
}
