// The status line as a snapshot: link, environment, checkpoint, session, devices, journal, what is owed, alarms.
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Alarm, Link, Status } from '../../../contract/ipc/status.ts';
import type { z } from 'zod';
import type { Trust } from '../../../core/trust/chain.ts';
import type { LinkState } from '../../link/link.ts';
import type { SeenLog } from '../seen-log.ts';
import { beginning, faultOf } from './common.ts';

/** What the line is made of. `since`: when the link became what it is. `over`: stands for the link's own word. */
export interface StatusParts {
  readonly link: LinkState | null;
  readonly since: string;
  readonly over: Fault | null;
  readonly trust: Trust | null;
  readonly checkpoint: SeenLog | null;
  readonly devices: readonly string[];
  readonly journal: { readonly size: number; readonly lock: { code: string; detail: string } | null };
  readonly outbox: number;
  readonly secrets: string;
  readonly alarms: readonly z.infer<typeof Alarm>[];
}

/** The link as a person reads it. */
export function linkOf({
  link,
  since,
  over,
}: Pick<StatusParts, 'link' | 'since' | 'over'>): z.infer<typeof Link> {
  const plain = { since, retryAt: null, fault: null };
  if (over) return { ...plain, state: 'closed', fault: over };
  if (!link) return { ...plain, state: 'signed-out' };
  switch (link.state) {
    case 'waiting': {
      const retryAt = new Date(Date.parse(since) + link.pause).toISOString();
      return { state: 'offline', since, retryAt, fault: faultOf(link.fault) };
    }
    case 'signed-out':
      return { ...plain, state: 'signed-out', fault: faultOf(link.fault) };
    default:
      return { ...plain, state: link.state };
  }
}

/** The whole line. */
export function statusOf(revision: number, parts: StatusParts): Status {
  const { link, trust, checkpoint, devices, journal } = parts;
  return {
    revision,
    link: linkOf(parts),
    environment: trust?.latest.environment ?? null,
    directory: trust && { version: trust.latest.version, digest: trust.latestDigest },
    checkpoint: checkpoint && { ...checkpoint },
    sessionExpires: link?.state === 'online' ? link.expires : null,
    device: { present: devices.length, names: devices.slice(0, 32).map((name) => beginning(name, 512)) },
    journal: { size: journal.size, lock: journal.lock && faultOf(journal.lock) },
    outbox: parts.outbox,
    secrets: parts.secrets,
    alarms: [...parts.alarms].slice(-100),
  };
}
