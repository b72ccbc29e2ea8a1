// Where a value comes from; one that the organisation fixed bears a padlock and says so.
import { Lock } from 'lucide-react';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';

export function Origin({ origin, fixed }: { origin: string; fixed: boolean }) {
  const t = useWords();
  const words = t.maybe(`origin.${origin}`) ?? origin;
  return fixed ? <Badge icon={Lock}>{words}</Badge> : <Badge>{words}</Badge>;
}
