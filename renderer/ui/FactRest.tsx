// What the sentence of a difference does not say, whole, a name and a value each: for the rooms and for the authorize document.
import { otherFacts } from './facts.ts';
import { UntrustedText } from './UntrustedText.tsx';

/** `say` is the page's own catalogue: the word of a key, null where it has none. */
export function FactRest(props: {
  facts: Readonly<Record<string, string>>;
  say: (key: string) => string | null;
}) {
  const rest = otherFacts(props.facts);
  if (rest.length === 0) return null;
  return (
    <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
      {rest.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{props.say(`fact.part.${name}`) ?? name}</dt>
          <dd className="min-w-0">
            <UntrustedText text={value} limit={400} lines exact />
          </dd>
        </div>
      ))}
    </dl>
  );
}
