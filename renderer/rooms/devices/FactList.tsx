// Differences between two versions of the directory, a sentence each; one that nobody wrote a sentence for stands whole.
import type { z } from 'zod';
import type { DirectoryFact } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { FactRest } from '../../ui/FactRest.tsx';
import { factValues } from '../../ui/facts.ts';
import { useMirror } from '../../mirror/use.ts';
import { useKeyNames } from '../useKeyNames.ts';
import { useNames } from '../useNames.ts';

type Fact = z.infer<typeof DirectoryFact>;

const withId = (name: string, id: string): string =>
  name === id || name.endsWith(`(${id})`) ? name : `${name} (${id})`;

/**
 * People and keys by their names, and beside the sentence what the directory calls them: it is that which is signed. Who or
 * what is not in this Console's directory has no name here and stands as it is called there.
 */
function useSaid() {
  const nameOf = useNames();
  const keyOf = useKeyNames();
  const known = useMirror((m) => m.keys?.keys);
  return ({ facts }: Fact) => {
    const { officer, key } = facts;
    const named = known?.find(({ name }) => name === key);
    const values = {
      ...factValues(facts),
      ...(officer === undefined ? {} : { officer: withId(nameOf(officer), officer) }),
      ...(named ? { key: keyOf(named.name).name } : {}),
    };
    return { values, uri: named?.name };
  };
}

export function FactList({ facts }: { facts: readonly Fact[] }) {
  const t = useWords();
  const saidOf = useSaid();
  return (
    <ul className="flex flex-col gap-2">
      {facts.map((fact, index) => {
        const { values, uri } = saidOf(fact);
        return (
          <li key={index} className="border-l-2 border-line-strong pl-3">
            <span className="font-medium text-ink">{t.maybe(`fact.${fact.code}`, values) ?? fact.code}</span>
            {uri !== undefined && <span className="exact ml-2 text-sm break-all text-ink-3">{uri}</span>}
            <FactRest facts={fact.facts} say={(key) => t.maybe(key)} />
          </li>
        );
      })}
    </ul>
  );
}
