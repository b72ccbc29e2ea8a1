// The rooms of the window: a line each. The sidebar, the palette and the shortcuts follow this table.
import {
  Inbox as InboxIcon,
  KeyRound,
  KeySquare,
  ScrollText,
  Settings2,
  Siren,
  Users,
  type LucideIcon,
} from 'lucide-react';
import type { ComponentType } from 'react';
import type { MessageKey } from '../catalogue/words.tsx';
import type { ShortcutId } from '../keys/table.ts';
import type { RoomId } from '../local/local.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { Bypass } from '../rooms/bypass/Bypass.tsx';
import { Ceremonies } from '../rooms/ceremonies/Ceremonies.tsx';
import { Devices } from '../rooms/devices/Devices.tsx';
import { Inbox } from '../rooms/inbox/Inbox.tsx';
import { Journal } from '../rooms/journal/Journal.tsx';
import { Keys } from '../rooms/keys/Keys.tsx';
import { Settings } from '../rooms/settings/Settings.tsx';

/** `count` is the number beside the name: what waits for this person there. */
export interface RoomEntry {
  readonly id: RoomId;
  readonly label: MessageKey;
  readonly icon: LucideIcon;
  readonly shortcut: ShortcutId;
  readonly count?: (mirror: Mirror) => number;
  readonly content: ComponentType;
}

const waiting = (mirror: Mirror): number => mirror.queue?.rows.filter((r) => r.act !== 'wait').length ?? 0;
const live = (mirror: Mirror): number => mirror.bypass?.grants.filter((g) => g.state === 'live').length ?? 0;
/** Changes of the directory that this officer can sign. */
const unsigned = (mirror: Mirror): number =>
  mirror.directory?.proposals.filter((p) => p.may === null).length ?? 0;

/** Ceremonies that wait to be gone on with. */
const underWay = (mirror: Mirror): number =>
  mirror.ceremonies?.list.filter((c) => c.at === 'running').length ?? 0;

export const rooms: readonly RoomEntry[] = [
  { id: 'inbox', label: 'room.inbox', icon: InboxIcon, shortcut: 'go.inbox', count: waiting, content: Inbox },
  { id: 'bypass', label: 'room.bypass', icon: Siren, shortcut: 'go.bypass', count: live, content: Bypass },
  {
    id: 'ceremonies',
    label: 'room.ceremonies',
    icon: Users,
    shortcut: 'go.ceremonies',
    count: underWay,
    content: Ceremonies,
  },
  {
    id: 'devices',
    label: 'room.devices',
    icon: KeyRound,
    shortcut: 'go.devices',
    count: unsigned,
    content: Devices,
  },
  { id: 'keys', label: 'room.keys', icon: KeySquare, shortcut: 'go.keys', content: Keys },
  { id: 'journal', label: 'room.journal', icon: ScrollText, shortcut: 'go.journal', content: Journal },
  { id: 'settings', label: 'room.settings', icon: Settings2, shortcut: 'go.settings', content: Settings },
];
