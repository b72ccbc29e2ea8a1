// A device at work for a ceremony, in the authorize document: what is shown there is made of what is given to the device.
import type { CeremonyPurpose } from '../../../contract/ipc/ceremony.ts';
import type { Device } from '../../../core/directory/directory.ts';
import { DeviceFault } from '../../../core/fault/fault.ts';
import type { Nearby } from '../acts/nearby.ts';
import { ARMING_MS, READING, checkPlain } from '../acts/plans.ts';
import type { Plan } from '../acts/ports.ts';
import type { VirtualKeys } from '../acts/virtual-keys.ts';
import { eitherOf } from '../wiring.ts';
import { tokenUri } from './desk.ts';

/** The acts of the Console, as ceremonies use them. */
export interface ActsForCeremonies {
  openCeremony(plan: Plan): Promise<void>;
  dismiss(subject: string): void;
  /** Resolves when no device is at work for an act. */
  readonly quiet: Promise<void>;
}

/** `device`: a person's; else the token of this serial. */
export interface DocumentWish {
  readonly purpose: CeremonyPurpose;
  readonly nearby: Nearby;
  readonly virtualKeys: VirtualKeys | null;
  readonly by: { readonly device: Device } | { readonly token: string };
  readonly opened: () => void;
}

function planOf<T>(
  { purpose, nearby, virtualKeys, by }: DocumentWish,
  run: (signal: AbortSignal) => Promise<T>,
  closed: () => void,
): Plan {
  const { ceremony, n, role, what } = purpose;
  const uri = 'token' in by ? tokenUri(by.token) : null;
  return {
    subject: `ceremony ${ceremony} ${n} ${role} ${what.does}`,
    requestId: null,
    expires: null,
    arming: ARMING_MS,
    title: 'authorize',
    size: READING,
    check: checkPlain,
    missing: () => null,
    virtualKeys,
    closed,
    virtualKey: (device) => uri ?? device,
    what: () => purpose,
    devices: async () =>
      'device' in by ? nearby.of([by.device], () => null) : [await nearby.token(tokenUri(by.token))],
    run: async ({ signal }) => {
      await run(signal);
      return null;
    },
  };
}

/**
 * Opens the document and has the person begin, try again or give up in it. Resolves with what the device made, when no device
 * is at work any more. Rejects with what the last try was refused with, or DeviceFault `cancelled`; and as opening does.
 */
export function inDocument<T>(
  acts: ActsForCeremonies,
  wish: DocumentWish,
  job: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let made = false;
    let last: Error = new DeviceFault('cancelled', 'the document was closed');
    const run = async (attempt: AbortSignal): Promise<void> => {
      const { over, end } = eitherOf(attempt, signal);
      try {
        const value = await job(over);
        made = true;
        void acts.quiet.then(() => resolve(value), reject);
      } catch (thrown) {
        last = thrown instanceof Error ? thrown : new Error(String(thrown));
        throw thrown;
      } finally {
        end();
      }
    };
    const closed = (): void => {
      if (!made) reject(last);
    };
    const plan = planOf(wish, run, closed);
    signal?.addEventListener('abort', () => acts.dismiss(plan.subject), { once: true });
    acts.openCeremony(plan).then(wish.opened, reject);
  });
}
