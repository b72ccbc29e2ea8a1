// The Signer's states of a held request, and the only moves between them.
import { Refusal } from '../fault/fault.ts';

/**
 * `waiting`: for officers. `quorate`: the quorum is complete and an officer's own HSM must still sign, last.
 * `committed`: the signing-intent leaf is written. The others are ends.
 */
export const holdStates = [
  'waiting',
  'quorate',
  'committed',
  'signed',
  'denied',
  'expired',
  'withdrawn',
  'refused',
] as const;
export type HoldState = (typeof holdStates)[number];

export type HoldMove = 'quorum' | 'commit' | 'sign' | 'deny' | 'expire' | 'withdraw' | 'refuse';

const moves: Readonly<Record<HoldState, Partial<Record<HoldMove, HoldState>>>> = {
  waiting: { quorum: 'quorate', deny: 'denied', expire: 'expired', withdraw: 'withdrawn', refuse: 'refused' },
  quorate: {
    commit: 'committed',
    deny: 'denied',
    expire: 'expired',
    withdraw: 'withdrawn',
    refuse: 'refused',
  },
  committed: { sign: 'signed', refuse: 'refused' },
  signed: {},
  denied: {},
  expired: {},
  withdrawn: {},
  refused: {},
};

/** The state after a move. Throws Refusal `hold_closed` for a move that the state does not allow. */
export function move(state: HoldState, by: HoldMove): HoldState {
  const next = moves[state][by];
  if (!next) throw new Refusal('hold_closed', `${state} cannot ${by}`);
  return next;
}

/** Whether officers may still decide: until the signature is made an approval may be followed by a denial. */
export function isOpen(state: HoldState): boolean {
  return state === 'waiting' || state === 'quorate';
}

/** Whether nothing can happen to it any more. */
export function isEnded(state: HoldState): boolean {
  return Object.keys(moves[state]).length === 0;
}
