// What a step says, a row each, exactly as devices sign it: first what people compare, the rest folded and never left out.
import { ChevronRight } from 'lucide-react';
import type { CeremonyLine } from '../../../contract/ipc/ceremony.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { Fact, Facts } from '../../ui/Panel.tsx';
import { exactTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { isAttribute, isBinding, isForeign, isSaid, lineKey } from './rows.ts';

const DIGEST = /^(sha256:[0-9a-f]{64}|[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const NAME = /^(file|pkcs11|kms|https):\S+$/;

function Value({ value, name, title }: { value: string; name: string; title: string }) {
  const t = useWords();
  if (DIGEST.test(value)) return <Digest digest={value} label={title} />;
  if (TIME.test(value)) return <span className="tabular">{exactTime(t.language, value)}</span>;
  if (NAME.test(value)) return <span className="exact text-sm [overflow-wrap:anywhere]">{value}</span>;
  if (isForeign(name, value)) return <UntrustedText text={value} limit={240} exact={value.length > 60} />;
  return <span>{value}</span>;
}

/** What a token says of its key: many short answers, side by side. */
function Attributes({ lines, nameOf }: { lines: readonly CeremonyLine[]; nameOf: (name: string) => string }) {
  return (
    <dl className="mt-3 grid grid-cols-3 gap-x-6 border-t border-line pt-2 max-[60rem]:grid-cols-1">
      {lines.map(({ name, value }) => (
        <div key={name} className="flex items-baseline justify-between gap-3 border-b border-line py-1">
          <dt className="text-ink-3">{nameOf(name)}</dt>
          <dd className="font-medium text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Rows({ lines, nameOf }: { lines: readonly CeremonyLine[]; nameOf: (name: string) => string }) {
  return (
    <Facts className="gap-y-1.5!">
      {lines.map(({ name, value }, index) => (
        <Fact key={`${name}${index}`} name={nameOf(name)}>
          <Value name={name} value={value} title={nameOf(name)} />
        </Fact>
      ))}
    </Facts>
  );
}

/** The rows that the screen does not say already in its own place. */
export function Lines({ lines }: { lines: readonly CeremonyLine[] }) {
  const t = useWords();
  const nameOf = (name: string): string => t.maybe(`ceremony.line.${lineKey(name)}`) ?? name;
  const rest = lines.filter((line) => !isSaid(line));
  const attributes = rest.filter(isAttribute);
  const folded = rest.filter((line) => line.small || isBinding(line));
  const first = rest.filter((line) => !attributes.includes(line) && !folded.includes(line));
  return (
    <>
      {first.length > 0 && <Rows lines={first} nameOf={nameOf} />}
      {attributes.length > 0 && <Attributes lines={attributes} nameOf={nameOf} />}
      <details className="group mt-2 first:mt-0">
        <summary className="flex min-h-6 items-center gap-1 rounded-sm text-sm text-ink-2 select-none">
          <ChevronRight aria-hidden="true" className="size-3.5 group-open:rotate-90" />
          {t('ceremony.lines.more', { count: folded.length })}
        </summary>
        <div className="mt-2">
          <Rows lines={folded} nameOf={nameOf} />
        </div>
      </details>
    </>
  );
}
