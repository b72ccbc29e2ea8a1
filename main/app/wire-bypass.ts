// Where bypass grants plug in: what the Console knows of them, as the window shows it.
import type { Grant } from '../../contract/ipc/rooms.ts';
import { CallerFault } from '../../core/fault/fault.ts';
import type { Console } from './console.ts';

/** What a Console that knows grants has. `id` is the digest of the grant's statement, `used` of `count` are spent. */
export interface GrantsConsole {
  grants(): readonly (Readonly<Omit<Grant, 'grant' | 'spent' | 'predicateTypes' | 'approvedBy' | 'why'>> & {
    readonly id: string;
    readonly used: number;
    readonly predicateTypes: readonly string[];
    readonly approvedBy: readonly string[];
    readonly why: string | null;
  })[];
  revokeGrant(id: string, reason: string): Promise<void>;
}

export interface Grants {
  list(): readonly Grant[];
  /** Takes a grant back at once. Rejects with CallerFault `not_found`, WireFault, or the Signer's refusal. */
  revoke(grant: string, reason: string): Promise<void>;
}

function shown({
  id,
  used,
  predicateTypes,
  approvedBy,
  ...rest
}: ReturnType<GrantsConsole['grants']>[number]): Grant {
  return {
    ...rest,
    grant: id,
    spent: used,
    predicateTypes: [...predicateTypes],
    approvedBy: [...approvedBy],
  };
}

/** The grants of this Console; one that knows none has none. */
export function grantsOf(console: (Console & Partial<GrantsConsole>) | null): Grants {
  return {
    list: () => (console?.grants?.() ?? []).map(shown),
    revoke: async (grant, reason) => {
      if (!console?.revokeGrant) throw new CallerFault('not_found', grant);
      await console.revokeGrant(grant, reason);
    },
  };
}
