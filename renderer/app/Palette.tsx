// The palette: rooms, held requests and what can be set, found by typing. It opens and sets; it never decides.
import { Command } from 'cmdk';
import {
  Drama,
  FileClock,
  Keyboard,
  Languages,
  LogIn,
  LogOut,
  Play,
  SunMoon,
  Users,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { InputOf } from '../../contract/ipc/calls.ts';
import { useBridge } from '../bridge/use.ts';
import { useWords } from '../catalogue/words.tsx';
import type { ShortcutId } from '../keys/table.ts';
import { goTo, selectPanel, setCeremonies, setPanel, useLocal, useLocalStore } from '../local/local.ts';
import { selectCeremonies, selectLink, selectQueue, selectSettings, useMirror } from '../mirror/use.ts';
import { documentName } from '../rooms/inbox/names.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Kbd, keysOf } from '../ui/Kbd.tsx';
import { UntrustedLine } from '../ui/UntrustedText.tsx';
import { rooms } from './rooms.tsx';

/** More than this nobody reads; typing finds the others. */
const MOST_REQUESTS = 200;

function Choice(props: {
  id: string;
  words: readonly string[];
  icon: LucideIcon;
  shortcut?: ShortcutId;
  onChoose: () => void;
  children: ReactNode;
}) {
  const Icon = props.icon;
  return (
    <Command.Item
      value={props.id}
      keywords={[...props.words]}
      onSelect={props.onChoose}
      className="flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-base text-ink data-[selected=true]:bg-accent-soft"
    >
      <Icon aria-hidden="true" className="size-4 shrink-0 text-ink-3" strokeWidth={1.75} />
      <span className="flex min-w-0 flex-1 items-center gap-2">{props.children}</span>
      {props.shortcut && <Kbd keys={keysOf(props.shortcut)} className="text-ink-3" />}
    </Command.Item>
  );
}

const group =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-sm [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3';

function Requests({ close }: { close: () => void }) {
  const t = useWords();
  const local = useLocalStore();
  const rows = useMirror(selectQueue)?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <Command.Group heading={t('palette.requests')} className={group}>
      {rows.slice(0, MOST_REQUESTS).map((row) => (
        <Choice
          key={row.requestId}
          id={row.requestId}
          words={[row.subject ?? '', row.requester, row.tenant, documentName(t, row.document), ...row.keys]}
          icon={FileClock}
          onChoose={() => {
            close();
            goTo(local, { at: 'review', requestId: row.requestId });
          }}
        >
          <UntrustedLine text={row.subject ?? row.requestId} />
          <span className="shrink-0 text-ink-3">{documentName(t, row.document)}</span>
        </Choice>
      ))}
    </Command.Group>
  );
}

/** Going on with one comes before beginning another. Choosing opens; nothing is begun by it. */
function Ceremonies() {
  const t = useWords();
  const local = useLocalStore();
  const room = useMirror(selectCeremonies);
  if (!room) return null;
  const open = room.list.filter(({ at }) => at === 'running');
  const begin = room.scripts.flatMap((script) =>
    (['real', 'rehearsal'] as const)
      .filter((kind) => room[kind] === null)
      .map((kind) => ({ kind, script: script.digest.digest, title: script.title })),
  );
  if (open.length + begin.length === 0) return null;
  return (
    <Command.Group heading={t('palette.ceremonies')} className={group}>
      {open.map(({ ceremony, title }) => (
        <Choice
          key={ceremony}
          id={`ceremony-${ceremony}`}
          words={[t('palette.ceremony.go-on', { title })]}
          icon={Users}
          onChoose={() => setCeremonies(local, { at: 'run', ceremony })}
        >
          {t('palette.ceremony.go-on', { title })}
        </Choice>
      ))}
      {begin.map(({ kind, script, title }) => {
        const says = t(kind === 'real' ? 'palette.ceremony.begin' : 'palette.ceremony.rehearse', { title });
        return (
          <Choice
            key={`${kind}${script}`}
            id={`ceremony-${kind}-${script}`}
            words={[says]}
            icon={kind === 'real' ? Play : Drama}
            onChoose={() => setCeremonies(local, { at: 'gather', script, kind })}
          >
            {says}
          </Choice>
        );
      })}
    </Command.Group>
  );
}

function Settings({ run }: { run: (work: () => Promise<unknown>) => void }) {
  const t = useWords();
  const bridge = useBridge();
  const settings = useMirror(selectSettings);
  const link = useMirror(selectLink);
  const set = (values: InputOf<'settings/set'>) => run(() => bridge.ask('settings/set', values));
  const out = link?.state === 'signed-out';
  return (
    <Command.Group heading={t('palette.actions')} className={group}>
      {settings && !settings.appearance.fixed && (
        <>
          {(['system', 'light', 'dark', 'contrast'] as const).map((appearance) => (
            <Choice
              key={appearance}
              id={`appearance-${appearance}`}
              words={[t('palette.appearance', { name: t(`appearance.${appearance}`) })]}
              icon={SunMoon}
              onChoose={() => set({ appearance })}
            >
              {t('palette.appearance', { name: t(`appearance.${appearance}`) })}
            </Choice>
          ))}
        </>
      )}
      {settings && !settings.language.fixed && (
        <>
          {(['en', 'de'] as const).map((language) => (
            <Choice
              key={language}
              id={`language-${language}`}
              words={[t(`language.${language}`), 'language', 'sprache']}
              icon={Languages}
              onChoose={() => set({ language })}
            >
              {t('palette.language', { name: t(`language.${language}`) })}
            </Choice>
          ))}
        </>
      )}
      <Choice
        id="session"
        words={[t(out ? 'session.sign-in' : 'session.sign-out')]}
        icon={out ? LogIn : LogOut}
        onChoose={() => run(() => bridge.ask(out ? 'session/sign-in' : 'session/sign-out', {}))}
      >
        {t(out ? 'session.sign-in' : 'session.sign-out')}
      </Choice>
    </Command.Group>
  );
}

export function Palette() {
  const t = useWords();
  const local = useLocalStore();
  const bridge = useBridge();
  const open = useLocal(selectPanel) === 'palette';
  const close = () => setPanel(local, 'none');
  // How a setting or session stands afterwards comes from main; asking again shows it whatever the call said.
  const run = (work: () => Promise<unknown>) => {
    close();
    work().catch(() => bridge.load());
  };
  return (
    <Dialog open={open} onClose={close} title={t('palette.title')} bare>
      <Command label={t('palette.title')} loop className="flex min-h-0 flex-col">
        {/* At once, not a frame later: what is typed right after the shortcut belongs here and to nothing behind. */}
        <Command.Input
          autoFocus
          placeholder={t('palette.placeholder')}
          className="h-12 shrink-0 border-b border-line bg-transparent px-4 text-lg text-ink outline-none"
        />
        <Command.List className="min-h-0 overflow-auto p-1.5" label={t('palette.results')}>
          <Command.Empty className="px-2.5 py-6 text-center text-ink-3">{t('palette.empty')}</Command.Empty>
          <Command.Group heading={t('palette.rooms')} className={group}>
            {rooms.map((room) => (
              <Choice
                key={room.id}
                id={`room-${room.id}`}
                words={[t(room.label)]}
                icon={room.icon}
                shortcut={room.shortcut}
                onChoose={() => goTo(local, { at: 'room', room: room.id })}
              >
                {t(room.label)}
              </Choice>
            ))}
            <Choice
              id="help"
              words={[t('sheet.title')]}
              icon={Keyboard}
              shortcut="help"
              onChoose={() => setPanel(local, 'help')}
            >
              {t('sheet.title')}
            </Choice>
          </Command.Group>
          <Ceremonies />
          <Requests close={close} />
          <Settings run={run} />
        </Command.List>
      </Command>
    </Dialog>
  );
}
