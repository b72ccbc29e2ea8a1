// Turns key presses into shortcuts: sequences ("g i"), the platform's command key, and silence while someone writes.
import { shortcuts, type ShortcutId } from './table.ts';

/** What a key press is made of; a DOM KeyboardEvent fits. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** How long the second key of a sequence may take, in milliseconds. */
export const SEQUENCE_MS = 1200;

/** The press as the table writes it: `mod+k`, `j`, `Escape`; null for one that no shortcut uses. */
export function nameOf(press: Press, mac: boolean): string | null {
  if (press.altKey) return null;
  const mod = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (other) return null;
  // A letter with Shift is another key; a sign such as ? needs it on most keyboards.
  if (press.shiftKey && /^\p{L}$/u.test(press.key)) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return mod ? `mod+${key}` : key;
}

/** Whether a key is a bare character, which a person may switch off (WCAG 2.1.4). */
export const isCharacter = (keys: string): boolean => keys.split(' ').some((key) => key.length === 1);

const byKeys: ReadonlyMap<string, ShortcutId> = new Map(
  (Object.keys(shortcuts) as ShortcutId[]).flatMap((id) =>
    shortcuts[id].keys.map((keys): [string, ShortcutId] => [keys, id]),
  ),
);
const leads = new Set([...byKeys.keys()].filter((k) => k.includes(' ')).map((k) => k.split(' ')[0]));

/** Follows presses and says which shortcut each completes. `now` in milliseconds. */
export class Sequences {
  #lead: string | null = null;
  #since = 0;

  press(name: string, now: number): ShortcutId | null {
    const lead = this.#lead !== null && now - this.#since <= SEQUENCE_MS ? this.#lead : null;
    this.#lead = null;
    if (lead !== null) return byKeys.get(`${lead} ${name}`) ?? null;
    if (leads.has(name)) {
      this.#lead = name;
      this.#since = now;
      return null;
    }
    return byKeys.get(name) ?? null;
  }
}
