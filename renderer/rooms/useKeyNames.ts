// Names of keys as the rooms show them: by the directory that this Console has.
import { useMemo } from 'react';
import { useWords } from '../catalogue/words.tsx';
import { useMirror } from '../mirror/use.ts';
import { keyWords, type KeyWords, type NamedKey } from './keyWords.ts';
import { useNames } from './useNames.ts';

/** `as` where another version of it counts, as in a review. */
export function useKeyNames(): (uri: string, as?: NamedKey) => KeyWords {
  const t = useWords();
  const nameOf = useNames();
  const keys = useMirror((m) => m.keys?.keys);
  return useMemo(() => {
    const known = new Map((keys ?? []).map((key) => [key.name, key]));
    const all = [...known.keys()];
    const made = new Map<string, KeyWords>();
    return (uri, as) => {
      if (as) return keyWords(t, uri, as, all, nameOf);
      const found = made.get(uri) ?? keyWords(t, uri, known.get(uri), all, nameOf);
      made.set(uri, found);
      return found;
    };
  }, [t, nameOf, keys]);
}
