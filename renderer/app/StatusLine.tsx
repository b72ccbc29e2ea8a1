// The last line: how the link, the log, the devices and this machine's own record stand. Each a glyph and a word.
import {
  BookLock,
  Cloud,
  CloudOff,
  Hammer,
  KeyRound,
  ListTree,
  LoaderCircle,
  Send,
  UserX,
  type LucideIcon,
} from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { Link, Status } from '../../contract/ipc/status.ts';
import { useMeaning } from '../catalogue/faults.ts';
import { useWords } from '../catalogue/words.tsx';
import { selectHello, selectStatus, useMirror } from '../mirror/use.ts';
import { cx } from '../ui/cx.ts';
import { secondsLeft } from '../ui/seconds.ts';
import { stretch, useNow } from '../ui/time.tsx';
import { Tooltip } from '../ui/Tooltip.tsx';
import { toneInk, type Tone } from '../ui/tone.ts';

/** `sha256:` and twelve digits. */
const SHOWN_OF_BUILD = 19;

const links: Readonly<Record<Link['state'], { icon: LucideIcon; tone: Tone }>> = {
  connecting: { icon: LoaderCircle, tone: 'warn' },
  'signing-in': { icon: LoaderCircle, tone: 'warn' },
  online: { icon: Cloud, tone: 'ok' },
  offline: { icon: CloudOff, tone: 'warn' },
  'signed-out': { icon: UserX, tone: 'warn' },
  closed: { icon: CloudOff, tone: 'warn' },
};

function Item(props: {
  icon: LucideIcon;
  tone?: Tone;
  more: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const { icon: Icon, tone = 'neutral', more, children } = props;
  const content: ReactElement<Record<string, unknown>> = (
    <span
      tabIndex={0}
      className={cx(
        'inline-flex h-5 items-center gap-1.5 rounded-sm px-1 whitespace-nowrap',
        props.className,
      )}
    >
      <Icon aria-hidden="true" className={cx('size-3.5 shrink-0', toneInk[tone])} strokeWidth={1.75} />
      <span
        className={cx(
          'tabular',
          tone === 'neutral' || tone === 'ok' ? 'text-ink-2' : cx(toneInk[tone], 'font-medium'),
        )}
      >
        {children}
      </span>
    </span>
  );
  return (
    <li>
      <Tooltip text={more}>{content}</Tooltip>
    </li>
  );
}

function LinkItem({ link }: { link: Link }) {
  const t = useWords();
  const meaning = useMeaning();
  const now = useNow();
  const { icon, tone } = links[link.state];
  const retry =
    link.retryAt !== null && link.state === 'offline'
      ? t('link.retry', { time: stretch(t, secondsLeft(link.retryAt, now)) })
      : '';
  return (
    <Item
      icon={icon}
      tone={tone}
      more={link.fault ? meaning(link.fault.code).says : t(`link.${link.state}.says`)}
    >
      {t(`link.${link.state}`)}
      {retry && ` · ${retry}`}
    </Item>
  );
}

function CheckpointItem({ checkpoint }: { checkpoint: Status['checkpoint'] }) {
  const t = useWords();
  if (!checkpoint) return null;
  const { size, root, cosigners, wanted } = checkpoint;
  const short = cosigners < wanted;
  return (
    <Item
      icon={ListTree}
      tone={short ? 'warn' : 'neutral'}
      more={
        <>
          {t('status.checkpoint.says', { size, root })}
          {wanted === 0 && <span className="block">{t('status.witnesses.none')}</span>}
        </>
      }
    >
      {t('status.checkpoint', { size })} · {t('status.witnesses', { cosigners, wanted })}
    </Item>
  );
}

function DeviceItem({ device }: { device: Status['device'] }) {
  const t = useWords();
  const names = device.names.join(', ');
  return (
    <Item icon={KeyRound} more={names || t('status.device.none.says')}>
      {t('status.device', { count: device.present })}
    </Item>
  );
}

export function StatusLine() {
  const t = useWords();
  const meaning = useMeaning();
  const status = useMirror(selectStatus);
  const hello = useMirror(selectHello);
  return (
    <footer className="flex min-h-7 shrink-0 items-center border-t border-line bg-bg px-3 text-sm">
      <ul aria-label={t('status.label')} className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3">
        {status && (
          <>
            <LinkItem link={status.link} />
            <CheckpointItem checkpoint={status.checkpoint} />
            <DeviceItem device={status.device} />
            <Item
              icon={BookLock}
              tone={status.journal.lock ? 'danger' : 'neutral'}
              more={status.journal.lock ? meaning(status.journal.lock.code).says : t('status.journal.says')}
            >
              {status.journal.lock
                ? t('status.journal.locked')
                : t('status.journal', { size: status.journal.size })}
            </Item>
            {status.outbox > 0 && (
              <Item icon={Send} tone="warn" more={t('status.outbox.says')}>
                {t('status.outbox', { count: status.outbox })}
              </Item>
            )}
          </>
        )}
        {hello && (
          <Item
            icon={Hammer}
            more={t('status.build.says', { shell: hello.shell, platform: hello.platform })}
            className="max-[60rem]:hidden"
          >
            {/* its beginning; the whole digest stands in Settings */}
            {hello.build.slice(0, SHOWN_OF_BUILD)}
          </Item>
        )}
      </ul>
    </footer>
  );
}
