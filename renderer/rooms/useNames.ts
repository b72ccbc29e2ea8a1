// What officers are called: the directory's names; an id that it does not know stays an id.
import { useCallback, useMemo } from 'react';
import { useMirror } from '../mirror/use.ts';

export function useNames(): (officer: string) => string {
  const officers = useMirror((m) => m.directory?.officers);
  const names = useMemo(() => new Map((officers ?? []).map(({ id, name }) => [id, name])), [officers]);
  return useCallback((officer: string) => names.get(officer) ?? officer, [names]);
}
