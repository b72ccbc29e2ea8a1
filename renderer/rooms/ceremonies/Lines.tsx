// What a step says, a line each: the name of the line, and its value exactly as devices sign it.
import type { CeremonyLine } from '../../../contract/ipc/ceremony.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Digest } from '../../ui/Digest.tsx';
import { Fact, Facts } from '../../ui/Panel.tsx';
import { exactTime } from '../../ui/time.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';

const DIGEST = /^(sha256:[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const NAME = /^(file|pkcs11|kms):\S+$/;
/** What devices say of themselves, and what people wrote. */
const foreign: readonly string[] = ['reason', 'label', 'manufacturer', 'model', 'firmware'];

function Value({ code, value, name }: CeremonyLine & { name: string }) {
  const t = useWords();
  if (DIGEST.test(value)) return <Digest digest={value} label={name} />;
  if (TIME.test(value)) return <span className="tabular">{exactTime(t.language, value)}</span>;
  if (foreign.some((one) => code.endsWith(one))) return <UntrustedText text={value} limit={200} />;
  const exact = NAME.test(value) || value.length > 80;
  return <span className={exact ? 'exact text-sm [overflow-wrap:anywhere]' : ''}>{value}</span>;
}

/** What a token says of its key: many short answers, side by side. */
function Attributes({ lines, nameOf }: { lines: readonly CeremonyLine[]; nameOf: (code: string) => string }) {
  return (
    <dl className="mt-3 grid grid-cols-3 gap-x-6 border-t border-line pt-2 max-[60rem]:grid-cols-1">
      {lines.map(({ code, value }) => (
        <div key={code} className="flex items-baseline justify-between gap-3 border-b border-line py-1">
          <dt className="text-ink-3">{nameOf(code)}</dt>
          <dd className="font-medium text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Lines({ lines }: { lines: readonly CeremonyLine[] }) {
  const t = useWords();
  const nameOf = (code: string): string => t.maybe(`ceremony.line.${code}`) ?? code;
  const attributes = lines.filter(({ code }) => code.startsWith('attribute.'));
  return (
    <>
      <Facts className="gap-y-1.5!">
        {lines
          .filter((line) => !attributes.includes(line))
          .map(({ code, value }, index) => (
            <Fact key={`${code}${index}`} name={nameOf(code)}>
              <Value code={code} value={value} name={nameOf(code)} />
            </Fact>
          ))}
      </Facts>
      {attributes.length > 0 && <Attributes lines={attributes} nameOf={nameOf} />}
    </>
  );
}
