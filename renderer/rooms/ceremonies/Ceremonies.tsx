// The ceremonies room: over all of them, gathering people for one, or in one.
import { useMirror } from '../../mirror/use.ts';
import { selectCeremonies as selectPlace, useLocal } from '../../local/local.ts';
import { selectCeremonies } from '../../mirror/use.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { Gather } from './Gather.tsx';
import { Home } from './Home.tsx';
import { RunPage } from './RunPage.tsx';

export function Ceremonies() {
  const t = useWords();
  const ceremonies = useMirror(selectCeremonies);
  const place = useLocal(selectPlace);
  if (!ceremonies)
    return <Room title={t('room.ceremonies')}>{<Progress label={t('frame.starting')} />}</Room>;
  if (place.at === 'run') return <RunPage key={place.ceremony} ceremony={place.ceremony} />;
  const script =
    place.at === 'gather' ? ceremonies.scripts.find(({ digest }) => digest.digest === place.script) : null;
  if (place.at === 'gather' && script)
    return <Gather key={place.kind} script={script} kind={place.kind} room={ceremonies} />;
  return <Home room={ceremonies} />;
}
