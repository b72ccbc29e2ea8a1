// Differences between two versions of the directory, a sentence each; one that nobody wrote a sentence for stands whole.
import type { z } from 'zod';
import type { DirectoryFact } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';

type Fact = z.infer<typeof DirectoryFact>;

/** Facts that the sentence says; what is left stands under it, as the directory has it. */
const said = ['officer', 'device', 'role', 'machine', 'key', 'caller', 'witness', 'member', 'of'];

function Rest({ fact }: { fact: Fact }) {
  const t = useWords();
  const rest = Object.entries(fact.facts).filter(([name]) => !said.includes(name));
  if (rest.length === 0) return null;
  return (
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
      {rest.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{t.maybe(`fact.part.${name}`) ?? name}</dt>
          <dd className="min-w-0">
            <UntrustedText text={value} limit={400} lines exact />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function FactList({ facts }: { facts: readonly Fact[] }) {
  const t = useWords();
  const values = {
    officer: '',
    device: '',
    role: '',
    machine: '',
    key: '',
    caller: '',
    witness: '',
    member: '',
    of: '',
  };
  return (
    <ul className="flex flex-col gap-2">
      {facts.map((fact, index) => (
        <li key={index} className="border-l-2 border-line-strong pl-3">
          <span className="font-medium text-ink">
            {t.maybe(`fact.${fact.code}`, { ...values, ...fact.facts }) ?? fact.code}
          </span>
          <Rest fact={fact} />
        </li>
      ))}
    </ul>
  );
}
