// What a version of the directory changes, a sentence each, as the directory itself calls people and keys: it is that which is signed.
import type { z } from 'zod';
import type { DirectoryFact } from '../../contract/ipc/rooms.ts';
import { useWords } from './words.tsx';
import { factValues, otherFacts } from '../ui/facts.ts';
import { UntrustedText } from '../ui/UntrustedText.tsx';

type Fact = z.infer<typeof DirectoryFact>;

function Rest({ fact }: { fact: Fact }) {
  const t = useWords();
  const rest = otherFacts(fact.facts);
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

export function DirectoryFacts({ facts }: { facts: readonly Fact[] }) {
  const t = useWords();
  return (
    <ul className="flex flex-col gap-2">
      {facts.map((fact, index) => (
        <li key={index} className="border-l-2 border-line-strong pl-3">
          <span className="font-medium text-ink">
            {t.maybe(`fact.${fact.code}`, factValues(fact.facts)) ?? fact.code}
          </span>
          <Rest fact={fact} />
        </li>
      ))}
    </ul>
  );
}
