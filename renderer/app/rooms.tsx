// The rooms of the window: a line each. The sidebar, the palette and the shortcuts follow this table.
import { Inbox as InboxIcon, type LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { MessageKey } from '../catalogue/words.tsx';
import type { ShortcutId } from '../keys/table.ts';
import type { RoomId } from '../local/local.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { Inbox } from '../rooms/inbox/Inbox.tsx';

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

export const rooms: readonly RoomEntry[] = [
  { id: 'inbox', label: 'room.inbox', icon: InboxIcon, shortcut: 'go.inbox', count: waiting, content: Inbox },
];
