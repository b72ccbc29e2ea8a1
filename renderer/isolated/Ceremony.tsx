// What a device, or the HSM, does within a ceremony: the step as it will be signed, who signs it as what, and REHEARSAL where it is one.
import { Check, Drama, TriangleAlert } from 'lucide-react';
import type { CeremonyLine, CeremonyPurpose } from '../../contract/ipc/ceremony.ts';
import { DirectoryFacts } from './DirectoryFacts.tsx';
import { isForeign, isSaid, lineKey } from '../rooms/ceremonies/rows.ts';
import { roleIcons, stepName } from '../rooms/ceremonies/names.ts';
import { Badge } from '../ui/Badge.tsx';
import { Hex } from '../ui/Digest.tsx';
import { Fact, Facts } from '../ui/Panel.tsx';
import { exactTime } from '../ui/time.tsx';
import { UntrustedText } from '../ui/UntrustedText.tsx';
import { Aloud, Part } from './Part.tsx';
import { useWords } from './words.tsx';

const DIGEST = /^(sha256:[0-9a-f]{64}|[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

/** Every row; what machines check stands at its length, a beginning first. */
function Lines({ lines }: { lines: readonly CeremonyLine[] }) {
  const t = useWords();
  return (
    <Facts className="gap-y-1.5!">
      {lines.map(({ name, value, small }, index) => (
        <Fact key={`${name}${index}`} name={t.maybe(`ceremony.line.${lineKey(name)}`) ?? name}>
          {DIGEST.test(value) ? (
            <Hex text={value} />
          ) : TIME.test(value) ? (
            exactTime(t.language, value)
          ) : isForeign(name, value) ? (
            <UntrustedText text={value} limit={small ? 80 : 400} exact={small || value.length > 60} />
          ) : (
            value
          )}
        </Fact>
      ))}
    </Facts>
  );
}

function Band() {
  const t = useWords();
  return (
    <div
      role="note"
      className="stripes sticky top-0 z-10 border-b-2 border-warn bg-warn-soft px-5 py-2 text-center"
    >
      <p className="inline-flex items-center gap-2 rounded-md bg-warn-soft px-3 py-0.5 text-md font-semibold text-warn-ink">
        <Drama aria-hidden="true" className="size-4 shrink-0" />
        {t('ceremony.rehearsal.band')}
      </p>
    </div>
  );
}

/** What happened, in a sentence; an exception or a stop in the tone of a warning, with its reason. */
function Happened({ what }: { what: Extract<CeremonyPurpose['what'], { does: 'sign' }> }) {
  const t = useWords();
  const odd = what.did === 'exception' || what.did === 'stopped';
  if (!odd)
    return (
      <p className="flex items-center gap-2 text-md font-semibold">
        <Check aria-hidden="true" className="size-4 text-ok-ink" strokeWidth={2.25} />
        {t(`say.ceremony.did.${what.did}`)}
      </p>
    );
  return (
    <div className="rounded-lg border border-warn-line bg-warn-soft px-3 py-2.5 text-warn-ink">
      <p className="flex items-center gap-2 text-md font-semibold">
        <TriangleAlert aria-hidden="true" className="size-4 shrink-0" />
        {t(`say.ceremony.did.${what.did}`)}
      </p>
      <UntrustedText text={what.reason} limit={2000} className="mt-1 text-ink" />
    </div>
  );
}

function Does({ what, step }: { what: CeremonyPurpose['what']; step: string }) {
  const t = useWords();
  switch (what.does) {
    case 'sign':
      return (
        <>
          <Part title={t('say.ceremony.happened')}>
            <Happened what={what} />
          </Part>
          {what.changes.length > 0 && (
            <Part title={t('directory.changes')} aside={what.changes.length}>
              <DirectoryFacts facts={what.changes} />
            </Part>
          )}
          {what.lines.length > 0 && (
            <Part title={t('ceremony.pending.lines')}>
              <Lines lines={what.lines.filter((line) => !isSaid(line) || line.name === 'check words')} />
            </Part>
          )}
          <Part
            title={t('ceremony.pending.sign')}
            aside={t('directory.signed.of', {
              given: what.signed.length,
              needed: what.signed.length + what.missing.length,
            })}
          >
            <p className="flex flex-wrap gap-1.5">
              {[...what.signed, ...what.missing].map((role) => (
                <Badge key={role} tone={what.signed.includes(role) ? 'ok' : 'neutral'}>
                  {t(`ceremony.role.${role}`)}
                </Badge>
              ))}
            </p>
          </Part>
          <Part title={t('about.digests')}>
            <Aloud label={t('say.ceremony.step', { step: stepName(step) })} spoken={what.digest} />
          </Part>
        </>
      );
    case 'use-hsm':
      return (
        <Part title={t('say.ceremony.hsm')}>
          <Lines lines={what.lines} />
        </Part>
      );
    case 'directory':
      return (
        <>
          <Part title={t('directory.changes')} aside={what.changes.length}>
            <DirectoryFacts facts={what.changes} />
          </Part>
          <Part title={t('about.digests')}>
            <Aloud label={t('say.directory', { version: what.version })} spoken={what.digest} />
          </Part>
        </>
      );
  }
}

export function CeremonyAct({ what: purpose }: { what: CeremonyPurpose }) {
  const t = useWords();
  const { kind, script, step, text, see, role, name, n, what } = purpose;
  const Icon = roleIcons[role];
  const says =
    what.does === 'sign'
      ? t('say.ceremony.sign', { step: stepName(step), role: t(`ceremony.role.${role}.in`) })
      : what.does === 'directory'
        ? t('say.directory', { version: what.version })
        : t(`say.ceremony.${what.act}`);
  return (
    <>
      {kind === 'rehearsal' && <Band />}
      <header className="bg-surface px-5 pt-5 pb-4">
        <h1 className="text-xl font-semibold text-balance [overflow-wrap:anywhere]">{says}</h1>
        <p className="mt-2 flex items-center gap-2 text-md">
          <Icon aria-hidden="true" className="size-4 shrink-0 text-ink-3" />
          <span className="font-semibold">{name}</span>
          <span className="text-ink-2">{t(`ceremony.role.${role}`)}</span>
        </p>
      </header>
      <Part
        title={t('say.ceremony.script', { title: script.title, version: script.version })}
        aside={t('say.ceremony.n', { n: n + 1 })}
      >
        <p className="text-md text-pretty">{text}</p>
        <h3 className="mt-2.5 font-medium text-ink-2">{t('ceremony.see')}</h3>
        <ul className="mt-0.5 list-disc pl-5 marker:text-ink-3">
          {see.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </Part>
      <Does what={what} step={step} />
      <Part title={t('say.ceremony.which')}>
        <Facts className="gap-y-1.5!">
          <Fact name={t('say.ceremony.id')}>
            <span className="exact text-sm">{purpose.ceremony}</span>
          </Fact>
          <Fact name={t('say.ceremony.name')}>
            <span className="exact text-sm">{script.name}</span>
          </Fact>
          <Fact name={t('ceremony.script.digest')}>
            <Hex text={script.digest} />
          </Fact>
        </Facts>
      </Part>
    </>
  );
}
