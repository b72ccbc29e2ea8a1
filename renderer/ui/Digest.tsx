// Digests: groups of four for the eye, whole for the clipboard, words for the voice.
import { Copy } from 'lucide-react';
import { useWords } from '../catalogue/words.tsx';
import { IconButton } from './Button.tsx';
import { useCopy } from './copy.ts';
import { cx } from './cx.ts';

/** `sha256:` and the rest of it; a digest without a prefix is all rest. */
function partsOf(digest: string): { prefix: string; groups: readonly string[] } {
  const colon = digest.indexOf(':') + 1;
  return { prefix: digest.slice(0, colon), groups: digest.slice(colon).match(/.{1,4}/g) ?? [] };
}

/** Hex in groups of four. The gaps are space between elements, not characters: what is selected is the digest itself. */
export function Hex({ text, className }: { text: string; className?: string }) {
  const { prefix, groups } = partsOf(text);
  return (
    <span className={cx('exact inline-flex flex-wrap gap-x-1.5 text-sm', className)}>
      {prefix && <span className="text-ink-3">{prefix}</span>}
      {groups.map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </span>
  );
}

function CopyDigest({ digest, label }: { digest: string; label: string }) {
  const t = useWords();
  const copy = useCopy();
  if (!copy) return null;
  return <IconButton icon={Copy} label={t('ui.copy.what', { what: label })} onClick={() => copy(digest)} />;
}

/** `label` says whose digest it is, for the copy button. */
export function Digest({ digest, label, className }: { digest: string; label: string; className?: string }) {
  return (
    <span className={cx('flex items-start gap-1', className)}>
      <Hex text={digest} className="min-w-0 leading-5" />
      <CopyDigest digest={digest} label={label} />
    </span>
  );
}

/** A digest with its name, its words and its hex in two lines of eight groups: for reading to somebody. */
export function SpokenDigest(props: { label: string; digest: string; words: readonly string[] }) {
  const { label, digest, words } = props;
  const { prefix, groups } = partsOf(digest);
  return (
    <div className="min-w-0">
      <div className="flex items-center justify-between gap-2">
        <span className="font-medium text-ink-2">{label}</span>
        <CopyDigest digest={digest} label={label} />
      </div>
      <SpokenWords words={words} />
      <span className="exact mt-1 grid grid-cols-8 text-xs text-ink-3">
        {prefix && <span className="sr-only">{prefix}</span>}
        {groups.map((group, index) => (
          <span key={index}>{group}</span>
        ))}
      </span>
    </div>
  );
}

/** A digest's words in the order in which they are read aloud. */
export function SpokenWords({ words, className }: { words: readonly string[]; className?: string }) {
  const t = useWords();
  return (
    <ol aria-label={t('ui.words')} className={cx('flex flex-wrap gap-x-2.5 gap-y-0.5', className)}>
      {words.map((word, index) => (
        <li key={index} className="font-medium text-ink">
          {word}
        </li>
      ))}
    </ol>
  );
}
