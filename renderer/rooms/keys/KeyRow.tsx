// One key: its name, what it signs, who holds it, its state and its window on a line of time.
import { Lock, UserRound } from 'lucide-react';
import type { KeyCard } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import type { Tone } from '../../ui/tone.ts';
import { Suspension } from './Suspension.tsx';
import { KeyUri } from '../KeyUri.tsx';
import { useKeyNames } from '../useKeyNames.ts';
import { useNames } from '../useNames.ts';

const tones: Readonly<Record<KeyCard['state'], Tone>> = {
  pending: 'neutral',
  active: 'ok',
  retiring: 'warn',
  revoked: 'danger',
  compromised: 'danger',
};

/** What the key signs, in one sentence. */
function useSentence() {
  const t = useWords();
  const nameOf = useNames();
  const keyOf = useKeyNames();
  const inline = (card: KeyCard) => {
    const { kind, where } = keyOf(card.name);
    return t('key.inline.bare', { kind, where });
  };
  return (card: KeyCard, servedBy: KeyCard | null, serves: KeyCard | null): string => {
    if (card.use !== 'release') return t(`key.signs.${card.use}`);
    if (card.holder) return t('key.signs.held', { officer: nameOf(card.holder) });
    if (card.approvalOnly && serves) return t('key.signs.sibling', { key: inline(serves) });
    if (card.approvalOnly) return t('key.signs.approved');
    return servedBy ? t('key.signs.passed', { key: inline(servedBy) }) : t('key.signs.release');
  };
}

export function KeyRow(props: { card: KeyCard; servedBy: KeyCard | null; serves: KeyCard | null }) {
  const { card, servedBy, serves } = props;
  const t = useWords();
  const sentence = useSentence();
  const nameOf = useNames();
  const words = useKeyNames()(card.name);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-0">
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        {serves && (
          <span aria-hidden="true" className="text-ink-3">
            ↳
          </span>
        )}
        <h3 className="text-md font-semibold text-ink">{words.name}</h3>
        {card.approvalOnly && (
          <Badge tone="accent" icon={Lock}>
            {t('key.approval-only')}
          </Badge>
        )}
        {card.holder && <Badge icon={UserRound}>{t('key.holder', { officer: nameOf(card.holder) })}</Badge>}
      </div>
      <Badge tone={tones[card.state]} className="self-start justify-self-end">
        {t(`key.state.${card.state}`)}
      </Badge>
      <p className="text-ink-2">{sentence(card, servedBy, serves)}</p>
      <p className="text-right text-sm text-ink-3">
        {t('key.since')} <RelativeTime time={card.notBefore} />
        {card.notAfter && (
          <>
            {' · '}
            {t('key.until')} <RelativeTime time={card.notAfter} />
          </>
        )}
      </p>
      <KeyUri words={words} className="min-w-0" />
      <p className="text-right text-sm text-ink-3">
        {t('key.provider', { provider: card.provider, algorithm: card.algorithm })}
      </p>
      <div className="col-span-2 flex items-start gap-2 text-sm">
        <span className="leading-5 text-ink-3">{t('key.id')}</span>
        <Digest digest={card.keyid} label={t('key.id')} />
      </div>
      {card.tenants.length > 0 && (
        <p className="col-span-2 text-sm text-ink-3">
          {t('key.tenants', { tenants: card.tenants.join(', ') })}
        </p>
      )}
      <Suspension card={card} />
    </li>
  );
}
