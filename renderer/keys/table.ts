// Every shortcut there is, in the order in which the sheet lists them. `mod` is Command on macOS and Control elsewhere.
import type { MessageKey } from '../catalogue/words.tsx';

interface Shortcut {
  readonly keys: readonly string[];
  readonly group: 'everywhere' | 'go' | 'list' | 'review' | 'ceremony';
  readonly label: MessageKey;
}

export const shortcuts = {
  palette: { keys: ['mod+k'], group: 'everywhere', label: 'shortcut.palette' },
  help: { keys: ['?'], group: 'everywhere', label: 'shortcut.help' },
  back: { keys: ['Escape'], group: 'everywhere', label: 'shortcut.back' },
  search: { keys: ['/'], group: 'everywhere', label: 'shortcut.search' },
  'go.inbox': { keys: ['g i'], group: 'go', label: 'room.inbox' },
  'go.bypass': { keys: ['g b'], group: 'go', label: 'room.bypass' },
  'go.ceremonies': { keys: ['g c'], group: 'go', label: 'room.ceremonies' },
  'go.devices': { keys: ['g d'], group: 'go', label: 'room.devices' },
  'go.keys': { keys: ['g k'], group: 'go', label: 'room.keys' },
  'go.journal': { keys: ['g j'], group: 'go', label: 'room.journal' },
  'go.settings': { keys: ['g s'], group: 'go', label: 'room.settings' },
  next: { keys: ['j', 'ArrowDown'], group: 'list', label: 'shortcut.next' },
  previous: { keys: ['k', 'ArrowUp'], group: 'list', label: 'shortcut.previous' },
  open: { keys: ['Enter'], group: 'list', label: 'shortcut.open' },
  apply: { keys: ['n'], group: 'list', label: 'shortcut.apply' },
  approve: { keys: ['a'], group: 'review', label: 'shortcut.approve' },
  deny: { keys: ['d'], group: 'review', label: 'shortcut.deny' },
  sign: { keys: ['s'], group: 'review', label: 'shortcut.sign' },
  passed: { keys: ['p'], group: 'review', label: 'shortcut.passed' },
  tick: { keys: ['t'], group: 'ceremony', label: 'shortcut.tick' },
  yes: { keys: ['y'], group: 'ceremony', label: 'shortcut.yes' },
  no: { keys: ['x'], group: 'ceremony', label: 'shortcut.no' },
  otherwise: { keys: ['o'], group: 'ceremony', label: 'shortcut.otherwise' },
  link: { keys: ['l'], group: 'review', label: 'shortcut.link' },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof shortcuts;
