// Text of strangers: framed, bounded with its full length told, everything hidden in it made visible and announced.
import { ShieldAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useWords } from '../catalogue/words.tsx';
import { cx } from './cx.ts';
import { codePoints, readText, type Read, type Segment } from './untrusted/segments.ts';

const LIMIT = 240;
/** A long line keeps its last characters in sight: versions and digests stand at the end of names. */
const TAIL = 14;

function Piece({ segment }: { segment: Segment }) {
  const t = useWords();
  switch (segment.kind) {
    case 'plain':
      return segment.text;
    case 'alike':
      return (
        <mark className="rounded-[2px] bg-warn-soft text-warn-ink underline decoration-warn-ink decoration-wavy decoration-1 underline-offset-2">
          {segment.text}
        </mark>
      );
    case 'escape':
      return (
        <span className="exact mx-px inline-block rounded-[3px] border border-danger-line bg-danger-soft px-0.5 text-[0.85em] leading-[1.3] font-semibold text-danger-ink select-all">
          <span className="sr-only">{t('untrusted.escape')} </span>
          {segment.name}
        </span>
      );
  }
}

function Pieces({ segments }: { segments: readonly Segment[] }) {
  return segments.map((segment, index) => <Piece key={index} segment={segment} />);
}

/** What is wrong with the text: the worst in a word for the eye, all of it for the ear. */
function Flags({ read, short }: { read: Read; short: boolean }) {
  const t = useWords();
  const [worst] = read.flags;
  if (!worst) return null;
  const all = read.flags.map((flag) => t(`untrusted.flag.${flag}`)).join(', ');
  const danger = worst !== 'rtl' && worst !== 'marks';
  return (
    <span
      title={all}
      className={cx(
        'ml-1.5 inline-flex shrink-0 items-center gap-0.5 self-center text-xs font-semibold',
        danger ? 'text-danger-ink' : 'text-warn-ink',
      )}
    >
      <ShieldAlert aria-hidden="true" className="size-3 shrink-0" />
      <span aria-hidden="true">{short ? t(`untrusted.short.${worst}`) : all}</span>
      <span className="sr-only">{t('untrusted.warning', { flags: all })}</span>
    </span>
  );
}

const frame = 'rounded-sm border border-quote-line bg-quote text-ink';

/** One line that never wraps; the middle gives way, the end stays. For rows and lists. */
export function UntrustedLine({
  text,
  className,
  strong,
}: {
  text: string;
  className?: string;
  strong?: boolean;
}) {
  const t = useWords();
  const read = useMemo(() => readText(text, LIMIT), [text]);
  const tail = useMemo(() => {
    const end = codePoints(text).slice(-TAIL).join('');
    return read.length > 2 * TAIL && read.length <= LIMIT ? readText(end) : null;
  }, [text, read.length]);
  const head = useMemo(
    () => (tail ? readText(codePoints(text).slice(0, -TAIL).join('')) : read),
    [text, read, tail],
  );
  return (
    <span className={cx('inline-flex max-w-full min-w-0 items-center', className)}>
      <bdi
        dir="ltr"
        className={cx(
          frame,
          'inline-flex min-w-0 overflow-hidden px-1.5 leading-5',
          strong && 'font-semibold',
        )}
      >
        {/* What is cut in two for the eye is one word for the ear. */}
        {tail && (
          <span className="sr-only select-none">
            <Pieces segments={read.segments} />
          </span>
        )}
        <span aria-hidden={tail ? true : undefined} className="min-w-0 truncate whitespace-pre">
          {text === '' ? (
            <i className="text-ink-3">{t('untrusted.empty')}</i>
          ) : (
            <Pieces segments={head.segments} />
          )}
        </span>
        {tail && (
          <span aria-hidden="true" className="shrink-0 whitespace-pre">
            <Pieces segments={tail.segments} />
          </span>
        )}
      </bdi>
      {read.length > LIMIT && (
        <span className="ml-1.5 shrink-0 text-xs text-ink-3">
          {t('untrusted.of', { total: read.length })}
        </span>
      )}
      <Flags read={read} short />
    </span>
  );
}

/**
 * A text of any length: `limit` characters first, the rest on demand. `exact`: in the face for exact things. `bare`: without
 * a frame of its own, only where everything around it is the requester's and framed together.
 */
export function UntrustedText(props: {
  text: string;
  limit?: number;
  lines?: boolean;
  exact?: boolean;
  bare?: boolean;
  className?: string;
}) {
  const t = useWords();
  const { text, limit = LIMIT, lines = false, bare = false } = props;
  const [open, setOpen] = useState(false);
  const read = useMemo(() => readText(text, open ? undefined : limit, lines), [text, open, limit, lines]);
  const long = read.length > limit;
  return (
    <span className={cx('inline-flex max-w-full flex-wrap items-center gap-y-1', props.className)}>
      <bdi
        dir="ltr"
        className={cx(
          !bare && frame,
          !bare && 'px-1.5',
          'min-w-0 leading-[1.5] [overflow-wrap:anywhere] whitespace-pre-wrap',
          props.exact && 'exact text-sm',
        )}
      >
        {text === '' ? (
          <i className="text-ink-3">{t('untrusted.empty')}</i>
        ) : (
          <Pieces segments={read.segments} />
        )}
        {read.shown < read.length && <span className="text-ink-3"> …</span>}
      </bdi>
      {long && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="ml-1.5 inline-flex min-h-6 items-center rounded-sm px-1 text-sm font-medium text-accent-ink hover:underline"
        >
          {open ? t('untrusted.less') : t('untrusted.more', { shown: read.shown, total: read.length })}
        </button>
      )}
      <Flags read={read} short={false} />
    </span>
  );
}
