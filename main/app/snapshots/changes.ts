// A difference of two directories as the window shows it: a code, the names for its sentence, and the values whole.
import type { z } from 'zod';
import type { DirectoryFact } from '../../../contract/ipc/rooms.ts';
import { fromUtf8 } from '../../../core/bytes/bytes.ts';
import type { Change } from '../../../core/directory/changes.ts';
import { canonical } from '../../../core/json/canonical.ts';

type Fact = z.infer<typeof DirectoryFact>;

/** A value as the directory has it; what is not there at all is an empty text. */
const whole = (value: unknown): string => (value === undefined ? '' : fromUtf8(canonical(value)));

/** Who or what it is about, by the name that the sentence uses. */
function about(change: Change): Record<string, string> {
  switch (change.what) {
    case 'officer-added':
    case 'officer-removed':
      return { officer: change.officer.id, entry: whole(change.officer) };
    case 'device-added':
    case 'device-removed':
      return { officer: change.officer, device: change.device.id, entry: whole(change.device) };
    case 'machine-added':
    case 'machine-removed':
      return { machine: change.machine.id, entry: whole(change.machine) };
    case 'key-added':
    case 'key-removed':
      return { key: change.key.name, entry: whole(change.key) };
    case 'caller-added':
    case 'caller-removed':
      return { caller: `${change.caller.tenant} ${change.caller.subject}`, entry: whole(change.caller) };
    case 'witness-added':
    case 'witness-removed':
      return { witness: change.witness.name, entry: whole(change.witness) };
    default: {
      const { what, ...facts } = change;
      void what;
      return Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [
          name,
          name === 'before' || name === 'after' ? whole(value) : String(value),
        ]),
      );
    }
  }
}

/** Every fact of it; nothing is shortened, because it is what a person signs. */
export function factOf(change: Change): Fact {
  return { code: change.what, facts: about(change) };
}
