// A request as this Console rebuilt it: the sentence, who and what, the worst first, what it claims, what changed, what to compare.
import { Check, CircleSlash, Equal, EyeOff, Lock } from 'lucide-react';
import { Fragment } from 'react';
import type { AboutRequest } from '../../contract/ipc/act.ts';
import type { KeyTitle } from '../../core/directory/key-title.ts';
import { keyTitleOf, keyWhere, withKeys } from '../catalogue/key-title.ts';
import { documentName, failureName, kindIcons } from '../rooms/inbox/names.ts';
import { Badge } from '../ui/Badge.tsx';
import { cx } from '../ui/cx.ts';
import { Fact, Facts } from '../ui/Panel.tsx';
import { toneIcons, toneInk, type Tone } from '../ui/tone.ts';
import { Countdown } from '../ui/time.tsx';
import { UntrustedText } from '../ui/UntrustedText.tsx';
import { Claims } from './Claims.tsx';
import { useSaid } from './lines.ts';
import { Aloud, Part } from './Part.tsx';
import { useWords, type Words } from './words.tsx';

/** Ours first: the common catalogue calls a grant by another short name. */
const nameOfDocument = (t: Words, document: string): string =>
  t.maybe(`document.${document}`) ?? documentName(t, document);

/** What the sentence is about: a verdict, or the signature of the key that the officer holds. */
type Says = 'approve' | 'deny' | KeyTitle;

function Sentence({ about, says }: { about: AboutRequest; says: Says }) {
  const t = useWords();
  const [first] = about.subjects;
  const more = about.subjectCount - 1;
  const subject = first ? (
    <span key="subject">
      <UntrustedText text={first.name} limit={90} className="align-bottom" />
      {more > 0 && ` ${t('about.more-subjects', { count: more })}`}
    </span>
  ) : (
    t('about.no-subject')
  );
  const values = {
    document: nameOfDocument(t, about.document),
    subject,
    tenant: about.tenant,
    keys: withKeys(t, about.keys),
    requester: <UntrustedText key="requester" text={about.requester} limit={60} className="align-bottom" />,
  };
  const isBlind = about.flags.some(({ code }) => code === 'blind');
  if (typeof says === 'object') return t.rich('say.sign-held', { ...values, where: keyWhere(t, says) });
  if (says === 'deny') return t.rich('say.deny', values);
  if (about.kind === 'emergency-bypass' || about.kind === 'ceremony')
    return t.rich(`say.approve.${about.kind}`, values);
  return t.rich(isBlind ? 'say.approve.blind' : 'say.approve.sign', values);
}

/** A key's name, broken between its attributes before it is broken within one. */
function Breakable({ name }: { name: string }) {
  return name.split(/(?<=[;/])/).map((part, at) => (
    <Fragment key={`${at}${part}`}>
      {part}
      <wbr />
    </Fragment>
  ));
}

function Who({ about, over }: { about: AboutRequest; over: boolean }) {
  const t = useWords();
  const { quorum } = about;
  return (
    <Facts className="gap-y-1.5!">
      <Fact name={t('about.requester')}>
        <UntrustedText text={about.requester} limit={120} />
      </Fact>
      <Fact name={t('about.tenant')}>{about.tenant}</Fact>
      <Fact name={t('about.key')}>
        {about.keys.map((key) => (
          <span key={key.name} className="block">
            {keyTitleOf(t, key)}
            <span className="exact block text-sm text-ink-3 [overflow-wrap:anywhere]">
              <Breakable name={key.name} />
            </span>
          </span>
        ))}
      </Fact>
      <Fact name={t('about.failed')}>
        {about.failed.length === 0 ? (
          <span className="text-ink-2">{t('about.failed.none')}</span>
        ) : (
          <span className="flex flex-wrap gap-1">
            {about.failed.map((finding) => (
              <Badge
                key={`${finding.gate}${finding.code}`}
                tone="warn"
                className="shrink! whitespace-normal!"
              >
                {failureName(t, finding)}
              </Badge>
            ))}
          </span>
        )}
      </Fact>
      <Fact name={t('about.quorum')}>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="tabular font-medium">
            {t('quorum.of', { given: quorum.given, needed: quorum.needed })}
          </span>
          {quorum.voices.map(({ officer, verdict }) => (
            <Badge
              key={officer}
              tone={verdict === 'approve' ? 'ok' : 'warn'}
              icon={verdict === 'approve' ? Check : CircleSlash}
            >
              {t(verdict === 'approve' ? 'about.quorum.approved' : 'about.quorum.denied', { officer })}
            </Badge>
          ))}
        </span>
      </Fact>
      <Fact name={t('about.match')}>
        <span className="exact text-md font-semibold">
          {about.match.slice(0, 3)}
          <span className="ml-1">{about.match.slice(3)}</span>
        </span>
        <span className="ml-2 text-sm text-ink-3">{t('about.match.says')}</span>
      </Fact>
      {!over && (
        <Fact name={t('about.time')}>
          <Countdown until={about.expires} />
        </Fact>
      )}
    </Facts>
  );
}

const tones = { danger: 'danger', warning: 'warn', note: 'neutral' } as const satisfies Record<string, Tone>;

function Flags({ about }: { about: AboutRequest }) {
  const t = useWords();
  if (about.flags.length === 0) return null;
  return (
    <Part title={t('about.flags')}>
      <ul className="flex flex-col gap-1.5">
        {about.flags.map(({ code, severity }) => {
          const Icon = toneIcons[tones[severity]];
          return (
            <li key={code} className="flex items-start gap-2">
              <Icon aria-hidden="true" className={cx('mt-0.5 size-4 shrink-0', toneInk[tones[severity]])} />
              <span>
                <strong className={cx('font-semibold', severity === 'danger' && 'text-danger-ink')}>
                  {t.maybe(`flag.${code}`) ?? code}
                </strong>{' '}
                <span className="text-ink-2">
                  {code === 'blind' ? t('about.blind') : t.maybe(`flag.${code}.says`)}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}

function Locks({ about }: { about: AboutRequest }) {
  const t = useWords();
  const said = useSaid();
  if (about.locks.length === 0) return null;
  return (
    <div className="mt-3 flex items-start gap-2.5 rounded-lg border border-danger-line bg-danger-soft px-3 py-2.5 text-danger-ink">
      <Lock aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div>
        <p className="font-semibold">{t('say.locked')}</p>
        {about.locks.map(({ code }) => (
          <p key={code}>
            {said(code).says} <span className="exact text-sm">{code}</span>
          </p>
        ))}
      </div>
    </div>
  );
}

function Changes({ about }: { about: AboutRequest }) {
  const t = useWords();
  const { baseline, changes, changeCount } = about;
  if (!baseline) return <p className="text-ink-2">{t('about.changes.none-before')}</p>;
  if (changeCount === 0)
    return (
      <p className="flex items-center gap-2 text-ink-2">
        <Equal aria-hidden="true" className="size-4 text-ink-3" />
        {t('about.changes.none')}
      </p>
    );
  return (
    <>
      <ul className="flex flex-col gap-2">
        {changes.map(({ path, before, after }) => (
          <li key={path}>
            <UntrustedText text={path} limit={90} exact />
            <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1">
              {before !== null && (
                <del className="decoration-ink-3">
                  <UntrustedText text={before} limit={90} />
                </del>
              )}
              {before !== null && after !== null && <span className="text-ink-3">→</span>}
              {after !== null && (
                <ins className="no-underline">
                  <UntrustedText text={after} limit={90} />
                </ins>
              )}
            </div>
          </li>
        ))}
      </ul>
      {changeCount > changes.length && (
        <p className="mt-2 text-sm text-ink-3">
          {t('about.changes.more', { count: changeCount - changes.length })}
        </p>
      )}
    </>
  );
}

export function About({ about, says, over }: { about: AboutRequest; says: Says; over: boolean }) {
  const t = useWords();
  const Icon = kindIcons[about.kind];
  const rare = about.kind === 'emergency-bypass' || about.flags.some(({ code }) => code === 'blind');
  return (
    <>
      <header className="bg-surface px-5 pt-4 pb-4">
        <p className="flex items-center gap-2">
          <Badge tone={rare ? 'warn' : 'neutral'} icon={Icon}>
            {t(`kind.${about.kind}`)}
          </Badge>
          <span className="text-sm text-ink-3">{nameOfDocument(t, about.document)}</span>
        </p>
        <h1 className="mt-2 mb-3 text-lg leading-7 font-semibold text-balance">
          <Sentence about={about} says={says} />
        </h1>
        <Who about={about} over={over} />
        <Locks about={about} />
      </header>
      <Flags about={about} />
      <Part title={t('about.claims')} aside={t('about.claims.count', { count: about.claims })}>
        <Claims document={about.document} headline={about.headline} />
        <p
          className={cx(
            'mt-2.5 flex items-start gap-2 text-sm',
            about.notRenderedBytes > 0 ? 'font-medium text-warn-ink' : 'text-ink-3',
          )}
        >
          {about.notRenderedBytes > 0 && <EyeOff aria-hidden="true" className="mt-px size-3.5 shrink-0" />}
          {about.notRenderedBytes > 0
            ? t('about.holes', { bytes: about.notRenderedBytes, total: about.payloadBytes })
            : t('about.holes.none')}
        </p>
      </Part>
      <Part title={t('about.changes')}>
        <Changes about={about} />
      </Part>
      <Part title={t('about.digests')}>
        <p className="mb-2.5 text-ink-2">{t('about.digests.says')}</p>
        <div className="flex flex-col gap-4">
          <Aloud label={t('about.digest.payload')} spoken={about.payload} />
          <Aloud label={t('about.digest.view')} spoken={about.view} />
        </div>
      </Part>
    </>
  );
}
