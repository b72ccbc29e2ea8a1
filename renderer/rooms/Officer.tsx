// A person by name; the id, which auditors need and nobody reads, is under the pointer.
import { useNames } from './useNames.ts';

export function Officer({ id }: { id: string }) {
  const name = useNames()(id);
  return (
    <span className="font-medium text-ink" title={name === id ? undefined : id}>
      {name}
    </span>
  );
}

/** Several, in the order given. */
export function Officers({ ids }: { ids: readonly string[] }) {
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <Officer id={id} />
    </span>
  ));
}
