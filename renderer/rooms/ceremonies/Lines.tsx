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

export function Lines({ lines }: { lines: readonly CeremonyLine[] }) {
  const t = useWords();
  const nameOf = (code: string): string => t.maybe(`ceremony.line.${code}`) ?? code;
  return (
    <Facts className="gap-y-1.5!">
      {lines.map(({ code, value }, index) => (
        <Fact key={`${code}${index}`} name={nameOf(code)}>
          <Value code={code} value={value} name={nameOf(code)} />
        </Fact>
      ))}
    </Facts>
  );
}
