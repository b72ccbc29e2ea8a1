// Why an open review closes: how its request ended, or that it is no longer what was shown.
import type { HoldSnapshot, Lock } from '../../core/stage/stages.ts';

/** `hold`: as it stands now, or as it ended; undefined when a snapshot left it out, so that nobody knows how. */
export function closingOf(requestId: string, hold: HoldSnapshot | undefined): Lock {
  if (!hold) return { code: 'hold_closed', detail: requestId };
  const { state, code } = hold;
  switch (state) {
    case 'waiting':
    case 'quorate':
      return { code: 'changed', detail: requestId };
    case 'refused':
      return { code: 'hold_closed', detail: code ?? requestId };
    case 'committed':
    case 'signed':
    case 'denied':
    case 'expired':
    case 'withdrawn':
      return { code: state, detail: requestId };
  }
}
