// What officers are called: the directory's names; an id that it does not know stays an id.
import { useCallback, useMemo } from 'react';
import { namesOf } from '../../core/directory/people.ts';
import { useMirror } from '../mirror/use.ts';

export function useNames(): (officer: string) => string {
  const officers = useMirror((m) => m.directory?.officers);
  const names = useMemo(() => namesOf(officers ?? []), [officers]);
  return useCallback((officer: string) => names.get(officer) ?? officer, [names]);
}
