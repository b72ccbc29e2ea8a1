// A step that is looked at and is not the one now: what was done in it and who signed, or what it will ask.
import { ArrowRight, Check } from 'lucide-react';
import type { CeremonyShown } from '../../../contract/ipc/ceremony.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { Fact, Facts, Panel } from '../../ui/Panel.tsx';
import { exactTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { Lines } from './Lines.tsx';
import { actedIn, stepName } from './names.ts';

export function Past({ shown, step, onNow }: { shown: CeremonyShown; step: string; onNow: () => void }) {
  const t = useWords();
  const entry = actedIn(shown.script.entries, step);
  const sealed = shown.steps.findLast((one) => one.step === step);
  if (!entry) return null;
  const odd = sealed?.did === 'exception' || sealed?.did === 'stopped';
  const nameOf = (officer: string) => shown.people.find((one) => one.officer === officer)?.name ?? officer;
  return (
    <section aria-label={stepName(step)} className="flex flex-col gap-4">
      <header className="flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1">
          <p className="exact text-sm font-semibold text-ink-3">{entry.entry === 'if' ? 'IF' : 'DO'}</p>
          <h2 className="text-xl font-semibold text-ink">{stepName(step)}</h2>
        </div>
        <Button icon={ArrowRight} onClick={onNow}>
          {t('ceremony.to-now')}
        </Button>
      </header>
      <p className="text-md text-ink-2">{entry.text}</p>
      <ul className="list-disc pl-5 text-ink-2 marker:text-ink-3">
        {entry.see.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {!sealed && <p className="text-ink-3">{t('ceremony.ahead')}</p>}
      {sealed && (
        <>
          <Panel
            title={t('ceremony.happened')}
            aside={<Badge tone={odd ? 'warn' : 'ok'}>{t(`ceremony.did.${sealed.did}`)}</Badge>}
          >
            <div className="flex flex-col gap-3">
              {sealed.reason !== '' && <UntrustedText text={sealed.reason} limit={400} />}
              {sealed.lines.length > 0 && <Lines lines={sealed.lines} />}
              <Facts>
                <Fact name={t('ceremony.at')}>{exactTime(t.language, sealed.at)}</Fact>
                <Fact name={t('ceremony.sealed')}>
                  <Digest digest={sealed.digest} label={t('ceremony.sealed')} />
                </Fact>
              </Facts>
            </div>
          </Panel>
          <Panel title={t('ceremony.signatures')} flush>
            <ul>
              {sealed.signatures.map(({ role, officer, device }) => (
                <li
                  key={role}
                  className="flex min-h-10 items-center gap-3 border-b border-line px-4 py-1.5 last:border-b-0"
                >
                  <Check aria-hidden="true" className="size-4 text-ok-ink" strokeWidth={2} />
                  <span className="font-medium text-ink">{nameOf(officer)}</span>
                  <span className="text-ink-3">
                    {t('ceremony.person', { role: t(`ceremony.role.${role}`), device })}
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        </>
      )}
    </section>
  );
}
