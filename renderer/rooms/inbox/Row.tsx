// One hold in the inbox: what, who asks, what failed, with which key, who has spoken, how long it waits.
import {
  CircleCheck,
  CircleSlash,
  Clock,
  EyeOff,
  KeyRound,
  Lock,
  PenTool,
  Send,
  type LucideIcon,
} from 'lucide-react';
import { memo } from 'react';
import type { QueueRow } from '../../../contract/ipc/queue.ts';
import { useWords, type Words } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { cx } from '../../ui/cx.ts';
import { Countdown, RelativeTime } from '../../ui/time.tsx';
import type { Tone } from '../../ui/tone.ts';
import { UntrustedLine } from '../../ui/UntrustedText.tsx';
import type { KeyWords } from '../keyWords.ts';
import { documentName, failureName, kindIcons } from './names.ts';
import { isLive } from './order.ts';
import { Pips } from './Pips.tsx';

interface Standing {
  readonly words: string;
  readonly tone: Tone;
  readonly icon?: LucideIcon;
}

/** How a row stands for this officer, if there is more to say than that it waits. */
function standingOf(t: Words, row: QueueRow, gone: boolean): Standing | null {
  if (!isLive(row)) return { words: t(`state.${row.state}`), tone: 'neutral', icon: CircleSlash };
  if (gone) return { words: t('inbox.gone'), tone: 'neutral', icon: CircleSlash };
  if (row.lock) return { words: t('inbox.locked'), tone: 'danger', icon: Lock };
  if (row.act === 'sign-held') return { words: t('inbox.sign-held'), tone: 'accent', icon: PenTool };
  if (row.delivery === 'waiting') return { words: t('inbox.unsent'), tone: 'warn', icon: Send };
  if (row.mine) return { words: t(`inbox.mine.${row.mine}`), tone: 'neutral', icon: CircleCheck };
  if (row.may) return { words: t('inbox.not-yours'), tone: 'neutral', icon: Lock };
  return null;
}

export const columns =
  '@min-[60rem]:grid @min-[60rem]:grid-cols-[2rem_minmax(0,1fr)_minmax(0,11rem)_minmax(0,13rem)_6.5rem_6rem] @min-[60rem]:items-center @min-[60rem]:gap-x-4';

/** In a narrow list subject and time share the first line, and everything else comes below. */
const below = 'order-2 @min-[60rem]:order-none';
const second = 'mt-0.5 flex h-5 min-w-0 items-center gap-1.5 text-sm text-ink-3';

function Subject({ row, standing }: { row: QueueRow; standing: Standing | null }) {
  const t = useWords();
  const blind = row.document === 'blind';
  return (
    <div role="gridcell" className="min-w-0 basis-[calc(100%-7.5rem)]">
      <div className="flex min-w-0 items-center">
        {row.subject === null ? (
          <span className="text-ink-3 italic">{t('inbox.fetching')}</span>
        ) : (
          <UntrustedLine text={row.subject} strong />
        )}
      </div>
      <div className={second}>
        <span className="whitespace-nowrap text-ink-2">{t(`kind.${row.kind}`)}</span>
        <span aria-hidden="true">·</span>
        <span className={cx('flex min-w-0 items-center gap-1', blind && 'font-medium text-warn-ink')}>
          {blind && <EyeOff aria-hidden="true" className="size-3 shrink-0" strokeWidth={2.25} />}
          <span className="truncate">{documentName(t, row.document)}</span>
        </span>
        {row.subjects > 1 && (
          <>
            <span aria-hidden="true">·</span>
            <span className="whitespace-nowrap">{t('inbox.subjects', { count: row.subjects })}</span>
          </>
        )}
        {standing && (
          <Badge tone={standing.tone} {...(standing.icon ? { icon: standing.icon } : {})} className="ml-1">
            {standing.words}
          </Badge>
        )}
      </div>
    </div>
  );
}

function Failed({ row, keyOf }: { row: QueueRow; keyOf: (uri: string) => KeyWords }) {
  const t = useWords();
  const [first, ...rest] = row.failed;
  const [key, ...others] = row.keys.map((uri) => keyOf(uri));
  return (
    <div role="gridcell" className={cx(below, 'min-w-0 flex-1 basis-40')}>
      <div className={cx('truncate', first ? 'text-ink' : 'text-ink-3')}>
        {first ? failureName(t, first) : t('inbox.nothing-failed')}
        {rest.length > 0 && <span className="text-ink-3"> {t('inbox.more', { count: rest.length })}</span>}
      </div>
      <div className={second}>
        <KeyRound aria-hidden="true" className="size-3 shrink-0" />
        <span className="sr-only">{t('inbox.key')}</span>
        {key && (
          <span className="truncate" title={`${key.name}\n${key.uri}`}>
            {key.name}
          </span>
        )}
        {others.length > 0 && (
          <span className="shrink-0" title={others.map(({ name, uri }) => `${name}\n${uri}`).join('\n')}>
            {t('inbox.more', { count: others.length })}
          </span>
        )}
      </div>
    </div>
  );
}

function Quorum({ row, nameOf }: { row: QueueRow; nameOf: (officer: string) => string }) {
  const t = useWords();
  const { given, needed, voices } = row.quorum;
  const who = voices.map((voice) => nameOf(voice.officer)).join(', ');
  return (
    <div role="gridcell" className={cx(below, 'max-w-40 min-w-0 basis-28')}>
      <div className="flex items-center gap-2">
        <Pips given={given} needed={needed} />
        <span className="tabular text-ink">{t('quorum.of', { given, needed })}</span>
      </div>
      <div className={second}>
        <span className="truncate" title={who || undefined}>
          {who || t('quorum.nobody')}
        </span>
      </div>
    </div>
  );
}

function Glyph({ row }: { row: QueueRow }) {
  const Icon = kindIcons[row.kind];
  const urgent = row.kind === 'emergency-bypass';
  return (
    <div role="gridcell" className="hidden @min-[60rem]:block">
      <span
        className={cx(
          'flex size-8 items-center justify-center rounded-md border',
          urgent ? 'border-warn-line bg-warn-soft text-warn-ink' : 'border-line bg-sunken text-ink-2',
        )}
      >
        <Icon aria-hidden="true" className="size-4" strokeWidth={1.75} />
      </span>
    </div>
  );
}

export const Row = memo(function Row(props: {
  row: QueueRow;
  gone: boolean;
  nameOf: (officer: string) => string;
  keyOf: (uri: string) => KeyWords;
}) {
  const t = useWords();
  const { row, gone } = props;
  const standing = standingOf(t, row, gone);
  const quiet = gone || !isLive(row);
  return (
    <div
      className={cx(
        columns,
        'flex flex-wrap gap-x-5 gap-y-2 px-5 py-2 @min-[60rem]:h-14 @min-[60rem]:py-0',
        quiet && 'faded',
      )}
    >
      <Glyph row={row} />
      <Subject row={row} standing={standing} />
      <div role="gridcell" className={cx(below, 'min-w-0 basis-44')}>
        <UntrustedLine text={row.requester} />
        <div className={second}>
          <span className="truncate">{row.tenant}</span>
        </div>
      </div>
      <Failed row={row} keyOf={props.keyOf} />
      <Quorum row={row} nameOf={props.nameOf} />
      <div role="gridcell" className="order-1 ml-auto min-w-0 text-right @min-[60rem]:order-none">
        {quiet ? (
          <Clock aria-hidden="true" className="inline size-3.5 text-ink-3" />
        ) : (
          <Countdown until={row.expires} still />
        )}
        <div className="mt-0.5 flex h-5 items-center text-sm justify-end text-ink-3">
          <RelativeTime time={row.receivedAt} still />
        </div>
      </div>
    </div>
  );
});
