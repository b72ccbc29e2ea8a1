// What a version of the directory changes, a sentence each, as the directory itself calls people and keys: it is that which is signed.
import type { z } from 'zod';
import type { DirectoryFact } from '../../contract/ipc/rooms.ts';
import { useWords } from './words.tsx';
import { FactRest } from '../ui/FactRest.tsx';
import { factValues } from '../ui/facts.ts';

type Fact = z.infer<typeof DirectoryFact>;

export function DirectoryFacts({ facts }: { facts: readonly Fact[] }) {
  const t = useWords();
  return (
    <ul className="flex flex-col gap-2">
      {facts.map((fact, index) => (
        <li key={index} className="border-l-2 border-line-strong pl-3">
          <span className="font-medium text-ink">
            {t.maybe(`fact.${fact.code}`, factValues(fact.facts)) ?? fact.code}
          </span>
          <FactRest facts={fact.facts} say={(key) => t.maybe(key)} />
        </li>
      ))}
    </ul>
  );
}
