// What a review can be checked by: the keys by their full names, the digests to compare aloud, the place in the log.
import type { Review } from '../../../contract/ipc/review.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Hex, SpokenDigest } from '../../ui/Digest.tsx';
import { Fact, Facts, Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { KeyUri } from '../KeyUri.tsx';
import { useKeyNames } from '../useKeyNames.ts';
import { useNames } from '../useNames.ts';

function Key({ of }: { of: Review['keys'][number] }) {
  const t = useWords();
  const nameOf = useNames();
  const { name: uri, holder, approvalOnly, state, keyid } = of;
  const words = useKeyNames()(uri, { use: 'release', holder, approvalOnly });
  const facts = [
    t.maybe(`key.state.${state}`) ?? state,
    approvalOnly ? t('key.approval-only') : t('key.not-approval-only'),
    holder ? t('key.holder', { officer: nameOf(holder) }) : t('key.holder.signer'),
  ];
  return (
    <li className="border-b border-line px-4 py-3 last:border-b-0">
      <p className="font-medium text-ink">{words.name}</p>
      <p className="text-ink-2">{facts.join(' · ')}</p>
      <KeyUri words={words} className="mt-1" />
      <p className="mt-1 flex flex-wrap gap-x-2 text-sm text-ink-3">
        {t('rail.keyid')}
        <Hex text={keyid} />
      </p>
    </li>
  );
}

export function Reference({ review }: { review: Review }) {
  const t = useWords();
  return (
    <>
      <Panel title={t('rail.keys', { count: review.keys.length })} flush>
        <ul>
          {review.keys.map((key) => (
            <Key key={key.name} of={key} />
          ))}
        </ul>
      </Panel>
      <Panel title={t('rail.digests')}>
        <div className="grid gap-x-8 gap-y-4 @min-[48rem]:grid-cols-3">
          {(['payload', 'view', 'request'] as const).map((which) => (
            <SpokenDigest key={which} label={t(`rail.${which}`)} {...review[which]} />
          ))}
        </div>
      </Panel>
      <Panel title={t('rail.log')}>
        <Facts>
          <Fact name={t('rail.leaf')}>
            <span className="tabular">
              {t('rail.leaf.of', { leaf: review.leaf, size: review.checkpointSize })}
            </span>
          </Fact>
          <Fact name={t('rail.received')}>
            <RelativeTime time={review.receivedAt} />
          </Fact>
          <Fact name={t('rail.view-version')}>{review.viewVersion}</Fact>
        </Facts>
      </Panel>
    </>
  );
}
