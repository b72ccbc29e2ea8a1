// The window's frame: environment, alarms, sidebar, the room, the status line, palette and sheet of keys.
import { useEffect, useRef } from 'react';
import { useBridge } from '../bridge/use.ts';
import { useWords } from '../catalogue/words.tsx';
import { useShortcuts, type Handlers } from '../keys/use.tsx';
import { goTo, selectPlace, setPanel, useLocal, useLocalStore } from '../local/local.ts';
import { useMirror } from '../mirror/use.ts';
import { FaultBanner } from '../ui/FaultBanner.tsx';
import { Button } from '../ui/Button.tsx';
import { Progress } from '../ui/Progress.tsx';
import { ReviewPage } from '../rooms/review/ReviewPage.tsx';
import { Alarms } from './Alarms.tsx';
import { Environment } from './Environment.tsx';
import { KeySheet } from './KeySheet.tsx';
import { Palette } from './Palette.tsx';
import { rooms } from './rooms.tsx';
import { SetUp } from './SetUp.tsx';
import { Sidebar } from './Sidebar.tsx';
import { StatusLine } from './StatusLine.tsx';

function Content() {
  const t = useWords();
  const bridge = useBridge();
  const place = useLocal(selectPlace);
  const start = useMirror((m) => m.start);
  if (start.at === 'starting')
    return (
      <div className="flex h-full items-center justify-center">
        <h1 className="sr-only">{t('frame.name')}</h1>
        <Progress label={t('frame.starting')} />
      </div>
    );
  if (start.at === 'broken')
    return (
      <div className="mx-auto max-w-xl p-8">
        <h1 className="sr-only">{t('frame.name')}</h1>
        <FaultBanner
          fault={start.failure}
          actions={<Button onClick={() => void bridge.load()}>{t('ui.again')}</Button>}
        />
      </div>
    );
  if (start.hello.setUp) return <SetUp fault={start.hello.setUp} />;
  if (place.at === 'review') return <ReviewPage key={place.requestId} requestId={place.requestId} />;
  const Room = rooms.find(({ id }) => id === place.room)?.content;
  return Room ? <Room /> : null;
}

export function Frame() {
  const t = useWords();
  const local = useLocalStore();
  const place = useLocal(selectPlace);
  const main = useRef<HTMLElement>(null);
  const where = place.at === 'review' ? place.requestId : place.room;
  useEffect(() => {
    // A new place has the focus, unless it took it itself: nobody is left on a button that is gone.
    if (!main.current?.contains(document.activeElement)) main.current?.focus();
  }, [where]);
  const go: Handlers = {};
  for (const { id, shortcut } of rooms) go[shortcut] = () => goTo(local, { at: 'room', room: id });
  useShortcuts({
    ...go,
    palette: () => setPanel(local, 'palette'),
    help: () => setPanel(local, 'help'),
  });
  return (
    <div className="flex h-full flex-col">
      <Environment />
      <div className="flex min-h-0 flex-1">
        <Sidebar />
        <div className="flex min-w-0 flex-1 flex-col border-l border-line bg-surface">
          <Alarms />
          <main
            ref={main}
            tabIndex={-1}
            aria-label={t('frame.main')}
            className="min-h-0 flex-1 focus-visible:outline-none"
          >
            <Content />
          </main>
        </div>
      </div>
      <StatusLine />
      <Palette />
      <KeySheet />
    </div>
  );
}
