// What officers are called where people read. Pure, and without the directory's schema, so that a page can carry it.

/** As far as the eye can tell. */
const seen = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/**
 * Names by id, in the given order. Nobody is mistaken for somebody else: of those who share a name, or whose name is another
 * one's id, each is told with the id as well.
 */
export function namesOf(
  officers: readonly { readonly id: string; readonly name: string }[],
): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const { name } of officers) count.set(seen(name), (count.get(seen(name)) ?? 0) + 1);
  const ids = new Set(officers.map(({ id }) => id));
  return new Map(
    officers.map(({ id, name }) => {
      const shared = (count.get(seen(name)) ?? 0) > 1 || (seen(name) !== id && ids.has(seen(name)));
      return [id, shared ? `${name} (${id})` : name];
    }),
  );
}
