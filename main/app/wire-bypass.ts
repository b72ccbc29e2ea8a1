// Where bypass grants plug in: what the Console knows of them, as the window shows it.
import type { Grant } from '../../contract/ipc/rooms.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Console } from './console.ts';

export interface Grants {
  list(): readonly Grant[];
  /** Takes a grant back at once. Rejects with CallerFault `not_found`, WireFault, or the Signer's refusal. */
  revoke(grant: string, reason: string): Promise<void>;
}

/** The grants of this Console; a Console that knows no grants has none. */
export function grantsOf(console: Console | null): Grants {
  void console;
  return {
    list: () => [],
    revoke: (grant) => Promise.reject(new CallerFault('not_found', grant)),
  };
}
