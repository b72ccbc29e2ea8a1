// What each gate saw, what the Signer says of it, and what this Console could check by itself. Gates that passed are one line.
import {
  ChevronRight,
  CircleCheck,
  CircleHelp,
  CircleX,
  MessageSquareQuote,
  type LucideIcon,
} from 'lucide-react';
import { useId, useState } from 'react';
import type { ReviewFinding } from '../../../contract/ipc/review.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { cx } from '../../ui/cx.ts';
import { Kbd, keysOf } from '../../ui/Kbd.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { toneInk, type Tone } from '../../ui/tone.ts';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { failureName } from '../inbox/names.ts';
import { inOrder, standsOut } from './passed.ts';

interface Sign {
  readonly icon: LucideIcon;
  readonly tone: Tone;
}
const results: Readonly<Record<ReviewFinding['finding']['result'], Sign>> = {
  pass: { icon: CircleCheck, tone: 'ok' },
  fail: { icon: CircleX, tone: 'warn' },
  unavailable: { icon: CircleHelp, tone: 'warn' },
};
const checks: Readonly<Record<ReviewFinding['here'], Sign>> = {
  verified: { icon: CircleCheck, tone: 'ok' },
  failed: { icon: CircleX, tone: 'danger' },
  'could-not-verify': { icon: CircleHelp, tone: 'warn' },
};

function Signed({ sign: { icon: Icon, tone }, children }: { sign: Sign; children: React.ReactNode }) {
  return (
    <span className="flex items-start gap-1.5">
      <Icon aria-hidden="true" className={cx('mt-0.5 size-4 shrink-0', toneInk[tone])} strokeWidth={2} />
      <span className="min-w-0">{children}</span>
    </span>
  );
}

function Facts({ facts }: { facts: Readonly<Record<string, string>> }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  return (
    <dl className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {entries.map(([name, value]) => (
        <div key={name} className="flex max-w-full items-baseline gap-1.5">
          <dt className="exact text-ink-3">{name}</dt>
          <dd className="min-w-0">
            <UntrustedText text={value} limit={120} exact />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const cell = 'px-3 @min-[40rem]:px-4 py-2.5 text-left align-top font-normal';

/** A pass that nothing here can check is no alarm: whose word it is, said without a colour. */
const onTheirWord: Sign = { icon: MessageSquareQuote, tone: 'neutral' };

function Row(row: ReviewFinding) {
  const { finding, here, why } = row;
  const said = here === 'could-not-verify' && !standsOut(row);
  const check = said ? onTheirWord : checks[here];
  const t = useWords();
  const meaning = useMeaning();
  return (
    <tr className="border-b border-line last:border-b-0">
      <th scope="row" className={cx(cell, 'w-20 @min-[40rem]:w-32 font-medium text-ink')}>
        {t(`gate.${finding.gate}`)}
      </th>
      <td className={cell}>
        <Signed sign={results[finding.result]}>
          <span className="text-ink">{failureName(t, finding)}</span>
          <Facts facts={finding.facts} />
        </Signed>
      </td>
      <td className={cx(cell, 'w-36 @min-[40rem]:w-56')}>
        <Signed sign={check}>
          <span className={said ? 'text-ink-2' : cx('font-medium', toneInk[check.tone])}>
            {t(said ? 'here.said' : `here.${here}`)}
          </span>
          {why && <span className="block text-sm text-ink-3">{meaning(why.code).says}</span>}
        </Signed>
      </td>
    </tr>
  );
}

function Table({ rows, id, head }: { rows: readonly ReviewFinding[]; id?: string; head: string }) {
  const t = useWords();
  return (
    <table id={id} className="w-full border-collapse">
      <thead>
        <tr className="border-b border-line bg-sunken">
          <th scope="col" className={head}>
            {t('review.findings.gate')}
          </th>
          <th scope="col" className={head}>
            {t('review.findings.server')}
          </th>
          <th scope="col" className={head}>
            {t('review.findings.here')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.finding.gate} {...row} />
        ))}
      </tbody>
    </table>
  );
}

/** One line for all that passed; whose word that is stands beside it, and everything is behind it. */
function Passed({ rows, head }: { rows: readonly ReviewFinding[]; head: string }) {
  const t = useWords();
  const id = useId();
  const [open, setOpen] = useState(false);
  const toggle = () => setOpen((was) => !was);
  useShortcuts({ passed: toggle });
  const names = (which: readonly ReviewFinding[]) =>
    which.map(({ finding }) => t(`gate.${finding.gate}`)).join(', ');
  const here = rows.filter((row) => row.here === 'verified');
  const said = rows.filter((row) => row.here !== 'verified');
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={toggle}
        className="flex w-full items-center gap-2 px-4 py-2.5 text-left outline-offset-[-2px] hover:bg-hover"
      >
        <CircleCheck aria-hidden="true" className="size-4 shrink-0 text-ok-ink" strokeWidth={2} />
        <span className="min-w-0 flex-1">
          <span className="text-ink">
            {t('review.findings.passed', { count: rows.length, gates: names(rows) })}
          </span>{' '}
          <span className="ml-1 text-sm text-ink-3">
            {here.length > 0 && t('review.findings.passed.here', { gates: names(here) })}{' '}
            {said.length > 0 && t('review.findings.passed.said', { gates: names(said) })}
          </span>
        </span>
        <span className="inline-flex shrink-0 items-center gap-1 text-sm font-medium text-ink-2">
          {t(open ? 'review.findings.hide' : 'review.findings.show')}
          <ChevronRight
            aria-hidden="true"
            className={cx('size-3.5 transition-transform', open && 'rotate-90')}
          />
          <Kbd keys={keysOf('passed')} className="text-ink-3" />
        </span>
      </button>
      {open && (
        <div className="border-t border-line">
          <Table rows={rows} id={id} head={head} />
        </div>
      )}
    </>
  );
}

export function Findings({ findings }: { findings: readonly ReviewFinding[] }) {
  const t = useWords();
  if (findings.length === 0) return null;
  const { open, passed } = inOrder(findings);
  const head = 'px-3 @min-[40rem]:px-4 py-1.5 text-left text-sm font-medium text-ink-3';
  return (
    <Panel title={t('review.findings')} flush>
      {open.length > 0 && <Table rows={open} head={head} />}
      {passed.length > 0 && (
        <div className={open.length > 0 ? 'border-t border-line' : ''}>
          <Passed rows={passed} head={head} />
        </div>
      )}
    </Panel>
  );
}
