// What the act is: one sentence, then everything that must be seen before the PIN, by its purpose.
import { Fragment, type ReactNode } from 'react';
import type { Purpose } from '../../contract/ipc/act.ts';

import { Badge } from '../ui/Badge.tsx';
import { UntrustedText } from '../ui/UntrustedText.tsx';
import { About } from './About.tsx';
import { DirectoryFacts } from './DirectoryFacts.tsx';
import { CeremonyAct } from './Ceremony.tsx';
import { Aloud, Part } from './Part.tsx';
import { useWords } from './words.tsx';

/** The head of a document that is not about a request. */
function Plain({ says, more, children }: { says: ReactNode; more: ReactNode; children?: ReactNode }) {
  return (
    <>
      <header className="bg-surface px-5 pt-5 pb-4">
        <h1 className="text-xl font-semibold text-balance [overflow-wrap:anywhere]">{says}</h1>
        <p className="mt-1 text-ink-2">{more}</p>
      </header>
      {children}
    </>
  );
}

/** A product's own name: the device chose it. */
const Product = ({ name }: { name: string }) => <UntrustedText text={name} limit={80} />;

function DirectoryAct({ what }: { what: Extract<Purpose, { purpose: 'directory' }> }) {
  const t = useWords();
  const { version, proposedBy, digest, changes, signedBy, needed } = what;
  return (
    <Plain says={t('say.directory', { version })} more={t('say.directory.says', { officer: proposedBy })}>
      <Part title={t('directory.changes')} aside={changes.length}>
        <DirectoryFacts facts={changes} />
      </Part>
      <Part
        title={t('directory.signed')}
        aside={t('directory.signed.of', { given: signedBy.length, needed })}
      >
        <p className="flex flex-wrap gap-1.5">
          {signedBy.length === 0 ? (
            <span className="text-ink-2">{t('directory.signed.nobody')}</span>
          ) : (
            signedBy.map((officer) => (
              <Badge key={officer} tone="ok">
                {officer}
              </Badge>
            ))
          )}
        </p>
      </Part>
      <Part title={t('about.digests')}>
        <p className="mb-2.5 text-ink-2">{t('about.digests.says')}</p>
        <Aloud label={t('say.directory.digest', { version })} spoken={digest} />
      </Part>
    </Plain>
  );
}

function SuspendAct({ what }: { what: Extract<Purpose, { purpose: 'suspend' }> }) {
  const t = useWords();
  const key = (
    <span key="key" className="exact">
      {what.key.split(/(?<=;)/).map((part) => (
        <Fragment key={part}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
  return (
    <Plain says={t.rich('say.suspend', { key })} more={t('say.suspend.says')}>
      <Part title={t('about.digests')}>
        <Aloud label={t('say.sign-in.signer')} spoken={what.signer} />
      </Part>
    </Plain>
  );
}

export function What(props: { what: Purpose; verdict: 'approve' | 'deny'; over: boolean }) {
  const t = useWords();
  const { what, verdict } = props;
  switch (what.purpose) {
    case 'decide':
      return <About about={what.about} says={verdict} over={props.over} />;
    case 'sign-held':
      return <About about={what.about} says={what.key} over={props.over} />;
    case 'directory':
      return <DirectoryAct what={what} />;
    case 'ceremony':
      return <CeremonyAct what={what} />;
    case 'sign-in':
      return (
        <Plain
          says={t('say.sign-in', { officer: what.officer })}
          more={t('say.sign-in.says', { machine: what.machine })}
        >
          <Part title={t('about.digests')}>
            <p className="mb-2.5 text-ink-2">{t('about.digests.says.pin')}</p>
            <Aloud label={t('say.sign-in.signer')} spoken={what.signer} />
          </Part>
        </Plain>
      );
    case 'enrol':
      return (
        <Plain
          says={t.rich('say.enrol', {
            product: <Product key="product" name={what.product} />,
            officer: what.officer,
          })}
          more={t('say.enrol.says', { device: what.device })}
        >
          <Part title={t('enrol.steps')}>
            <ol className="flex list-decimal flex-col gap-1 pl-5 marker:text-ink-3">
              <li>{t('enrol.step.pin')}</li>
              <li>{t('enrol.step.prove')}</li>
              <li>{t('enrol.step.propose')}</li>
              <li>{t('enrol.step.sign')}</li>
            </ol>
          </Part>
        </Plain>
      );
    case 'suspend':
      return <SuspendAct what={what} />;
    case 'set-pin':
      return (
        <Plain
          says={t.rich(what.change ? 'say.change-pin' : 'say.set-pin', {
            product: <Product key="product" name={what.product} />,
          })}
          more={t(what.change ? 'say.change-pin.says' : 'say.set-pin.says')}
        />
      );
  }
}
