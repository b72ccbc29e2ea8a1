// What the document says first: what was counted as numbers, what it says of itself as text, by where it stands.
import { Fragment } from 'react';
import type { AboutRequest } from '../../contract/ipc/act.ts';
import { cx } from '../ui/cx.ts';
import { UntrustedText } from '../ui/UntrustedText.tsx';
import { useWords, type Words } from './words.tsx';

type Claim = AboutRequest['headline'][number];

const isCounted = ({ path }: Claim): boolean => !path.startsWith('/');

/** Counts that want to be seen even among others: something is critical, or affected. */
const grave = ['severity.critical', 'severity.high', 'status.affected'];

function nameOf(t: Words, { path, value }: Claim): string {
  return t.maybe(`count.${path}`, { count: Number(value) }) ?? path;
}

function Counts({ claims }: { claims: readonly Claim[] }) {
  const t = useWords();
  return (
    <dl className="flex flex-wrap gap-1.5">
      {claims.map((claim) => {
        const heavy = grave.includes(claim.path) && Number(claim.value) > 0;
        return (
          <div
            key={claim.path}
            className={cx(
              'flex min-w-18 flex-col-reverse rounded-md border px-2.5 py-1',
              heavy ? 'border-danger-line bg-danger-soft text-danger-ink' : 'border-line bg-surface',
            )}
          >
            <dt className={cx('text-sm', heavy ? 'font-medium' : 'text-ink-3')}>{nameOf(t, claim)}</dt>
            <dd
              className={cx(
                'tabular text-lg leading-6 font-semibold',
                Number(claim.value) === 0 && 'font-normal text-ink-3',
              )}
            >
              {claim.value}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The last parts of a pointer, without what all of a statement's claims share. */
const short = (path: string): string =>
  path
    .replace(/^\/predicate\//, '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

/** Where it stands, by a name of ours where this document's form gives it one; else by the payload's own, framed. */
function Where({ document, path }: { document: string; path: string }) {
  const t = useWords();
  const known = t.maybe(`said.${document}.${path}`);
  return known ?? <UntrustedText text={short(path)} limit={60} exact />;
}

export function Claims({ document, headline }: { document: string; headline: readonly Claim[] }) {
  const counted = headline.filter(isCounted);
  const said = headline.filter((claim) => !isCounted(claim));
  return (
    <div className="flex flex-col gap-2.5">
      {counted.length > 0 && <Counts claims={counted} />}
      {said.length > 0 && (
        <dl className="grid grid-cols-[minmax(6.5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5">
          {said.map(({ path, value, size }) => (
            <Fragment key={path}>
              <dt className="min-w-0 pt-px text-ink-3">
                <Where document={document} path={path} />
              </dt>
              <dd className="min-w-0">
                <UntrustedText text={String(value)} limit={90} />
                {typeof value === 'string' && size > value.length && (
                  <span className="ml-1.5 text-sm text-ink-3">… {size}</span>
                )}
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
    </div>
  );
}
