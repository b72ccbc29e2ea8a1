// One key: its name, what it signs, who holds it, its state and its window on a line of time.
import { Lock, UserRound } from 'lucide-react';
import type { KeyCard } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import type { Tone } from '../../ui/tone.ts';
import { keyTail } from '../inbox/names.ts';
import { Suspension } from './Suspension.tsx';

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
  return (card: KeyCard, servedBy: KeyCard | null, serves: KeyCard | null): string => {
    if (card.use !== 'release') return t(`key.signs.${card.use}`);
    if (card.holder) return t('key.signs.held', { officer: card.holder });
    if (card.approvalOnly && serves) return t('key.signs.sibling', { key: keyTail(serves.name) });
    if (card.approvalOnly) return t('key.signs.approved');
    return servedBy ? t('key.signs.passed', { key: keyTail(servedBy.name) }) : t('key.signs.release');
  };
}

export function KeyRow(props: { card: KeyCard; servedBy: KeyCard | null; serves: KeyCard | null }) {
  const { card, servedBy, serves } = props;
  const t = useWords();
  const sentence = useSentence();
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-0">
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        {serves && (
          <span aria-hidden="true" className="text-ink-3">
            ↳
          </span>
        )}
        <h3 className="text-md font-semibold text-ink">{keyTail(card.name)}</h3>
        {card.approvalOnly && (
          <Badge tone="accent" icon={Lock}>
            {t('key.approval-only')}
          </Badge>
        )}
        {card.holder && <Badge icon={UserRound}>{t('key.holder', { officer: card.holder })}</Badge>}
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
      <p className="exact min-w-0 text-sm break-all text-ink-3">{card.name}</p>
      <p className="text-right text-sm text-ink-3">
        {t('key.provider', { provider: card.provider, algorithm: card.algorithm })}
      </p>
      <div className="col-span-2 text-sm">
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
