// Where bypass grants plug in: what the Console knows of them, as the window shows it.
import type { Grant } from '../../contract/ipc/rooms.ts';
import type { Grant as Known } from '../../core/predicate/granted.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Console } from './console.ts';

export interface Grants {
  list(): readonly Grant[];
  /** Takes a grant back at once. Rejects with CallerFault `not_found`, WireFault, or the Signer's refusal. */
  revoke(grant: string, reason: string): Promise<void>;
}

const shown = ({ id, used, ...rest }: Known): Grant => ({ ...rest, grant: id, spent: used });

/** The grants of this Console; where there is no Console there are none. */
export function grantsOf(console: Console | null): Grants {
  return {
    list: () => console?.grants().map(shown) ?? [],
    revoke: (grant, reason) =>
      console?.revokeGrant(grant, reason) ?? Promise.reject(new CallerFault('not_found', grant)),
  };
}
