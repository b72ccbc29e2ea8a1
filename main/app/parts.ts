// Opens every part of a Console on disk, in order, and takes up again what a crash interrupted.
import { join } from 'node:path';
import type { OutboxEntry } from '../../contract/stored/console-outbox.ts';
import type { Crypto } from '../../core/key/crypto.ts';
import type { Head } from '../../core/log/head.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { makePrivateDir } from '../../ports/files.ts';
import { openJournal, type Journal } from '../audit/journal.ts';
import { openGrants, type GrantStore } from '../bypass/grants.ts';
import { openDevices, type Devices } from '../devices/devices.ts';
import { openOutbox, type Outbox } from '../evidence/outbox.ts';
import { openQueue, type Queue } from '../queue/queue.ts';
import { ApprovedPayloads } from '../review/approved.ts';
import { openWitness, type Witness } from '../review/witness.ts';
import { lockData } from '../../ports/data-lock.ts';
import type { ConsoleOptions } from './options.ts';
import { openTrust, type TrustStore } from './trust-store.ts';

/** Everything that lies on this machine. `consistency` is set when the link is there. */
export interface Parts {
  readonly crypto: Crypto;
  readonly now: () => Date;
  readonly options: ConsoleOptions;
  readonly trust: TrustStore;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly queue: Queue;
  readonly grants: GrantStore;
  readonly witness: Witness;
  readonly devices: Devices;
  readonly approved: ApprovedPayloads;
  readonly unlock: () => void;
}

/** The journal's origin: this machine under this Signer, by its pin, so that it is known before any directory is. */
export function journalOrigin(pin: string, machine: string): string {
  return `${pin}/console/${machine}`;
}

/** What the journal says must still leave. */
export function owed({ fold }: Journal): OutboxEntry[] {
  return [
    ...[...fold.pending.values()].map(({ sealed, storedAt }): OutboxEntry => ({
      v: 1,
      kind: 'decision',
      storedAt,
      sealed,
    })),
    ...[...fold.signatures.values()].map((held): OutboxEntry => ({ v: 1, kind: 'signature', ...held })),
  ];
}

/** The largest head of the Signer's log that this journal speaks of: the log was that long once. */
function highest(journal: Journal): Head | null {
  let best: Head | null = null;
  for (const { entry } of journal.records()) {
    const head =
      entry.event === 'intent' ? entry.decision.logHead : entry.event === 'evidenced' ? entry.head : null;
    if (head && head.size > (best?.size ?? 0)) best = head;
  }
  return best;
}

type Consistency = (oldSize: number, newSize: number) => Promise<readonly string[]>;

/** Opens the parts. Throws LackFault `data_locked`; rejects with the system's error when the folder cannot be used at all. */
export async function openParts(options: ConsoleOptions, consistency: Consistency): Promise<Parts> {
  const { dataDir, pin, machine, keys } = options;
  const crypto = options.crypto ?? nodeCrypto;
  const now = options.now ?? (() => new Date());
  await makePrivateDir(dataDir);
  const unlock = await lockData(dataDir);
  try {
    const journal = await openJournal({
      crypto,
      now,
      dir: join(dataDir, 'journal'),
      origin: journalOrigin(pin, machine),
      key: keys.machine.key,
      sign: keys.machine.sign,
      ...(options.slowDiskMs === undefined ? {} : { slowMs: options.slowDiskMs }),
      ...(options.reserveBytes === undefined ? {} : { reserveBytes: options.reserveBytes }),
    });
    const outbox = await openOutbox(join(dataDir, 'outbox'));
    await outbox.reconcile(owed(journal));
    const path = join(dataDir, 'seen.json');
    const witness = await openWitness(
      { crypto, now, path, machine, sign: keys.witness.sign, consistency },
      highest(journal),
    );
    return {
      crypto,
      now,
      options,
      journal,
      outbox,
      witness,
      unlock,
      trust: await openTrust(crypto, join(dataDir, 'directory.json'), pin, options.environments),
      queue: await openQueue({ dir: join(dataDir, 'queue'), crypto, now }),
      grants: await openGrants({ dir: join(dataDir, 'bypass'), crypto }),
      devices: openDevices(options.drivers, options.ui),
      approved: new ApprovedPayloads(crypto, join(dataDir, 'approved')),
    };
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}
