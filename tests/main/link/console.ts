// The Console's side for tests: a link with software devices, and an inbox in memory that remembers all it was given.
import { randomBytes } from 'node:crypto';
import { countersignatureBytes } from '../../../core/decision/countersignature.ts';
import type { SealedSession, Session } from '../../../core/decision/session.ts';
import type { Arrival } from '../../../core/stage/stages.ts';
import {
  openLink,
  type Inbox,
  type Link,
  type LinkNote,
  type LinkOptions,
  type LinkState,
} from '../../../main/link/link.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { NOW, type Person, type World } from '../../support/world.ts';

export const quick = {
  heartbeat: 20_000,
  deadline: 2_000,
  backoffFirst: 1,
  backoffMost: 5,
  session: 8 * 3_600_000,
};

/** As a device and its machine would seal a session. */
export function sealSession(who: Person, session: Session): SealedSession {
  const proof = who.key.prove('session', session);
  const signature = who.machine.sign.sign(countersignatureBytes(nodeCrypto, session, proof));
  return { session, proof, countersignature: Buffer.from(signature).toString('base64') };
}

export interface MemoryInbox extends Inbox {
  readonly arrivals: Arrival[];
  fails: Error | undefined;
}

export function memoryInbox(): MemoryInbox {
  const cursors = new Map<string, number>();
  const inbox: MemoryInbox = {
    arrivals: [],
    fails: undefined,
    cursors: () => [...cursors].map(([tenant, seq]) => ({ tenant, seq })),
    receive: async (arrival) => {
      if (inbox.fails) throw inbox.fails;
      inbox.arrivals.push(arrival);
      cursors.set(arrival.tenant, arrival.seq);
    },
  };
  return inbox;
}

export interface TestConsole {
  readonly link: Link;
  readonly inbox: MemoryInbox;
  readonly states: LinkState[];
  readonly notes: LinkNote[];
  readonly checkpoints: string[];
  /** How often a person had to touch a device. */
  readonly touches: () => number;
  /** Resolves when the link says that it is in this state, or is in it. */
  until(state: LinkState['state']): Promise<LinkState>;
}

/** Opens a link to `url` as `who`. */
export function openConsole(
  url: string,
  world: World,
  who: Person,
  overrides: Partial<LinkOptions> = {},
): TestConsole {
  const inbox = memoryInbox();
  const states: LinkState[] = [];
  const notes: LinkNote[] = [];
  const checkpoints: string[] = [];
  const waiting = new Set<(state: LinkState) => void>();
  let touches = 0;
  const link = openLink({
    url,
    ca: null,
    crypto: nodeCrypto,
    now: () => new Date(NOW),
    random: (n) => randomBytes(n),
    signer: world.pin,
    officer: who.id,
    device: who.key.device.id,
    machine: who.machine.id,
    inbox,
    onNote: (note) => notes.push(note),
    onCheckpoint: (text) => checkpoints.push(text),
    timings: quick,
    ...overrides,
    signSession: async (session, signal) => {
      touches += 1;
      return overrides.signSession ? overrides.signSession(session, signal) : sealSession(who, session);
    },
    onState: (state) => {
      states.push(state);
      for (const one of waiting) one(state);
    },
  });
  return {
    link,
    inbox,
    states,
    notes,
    checkpoints,
    touches: () => touches,
    until: (wanted) =>
      new Promise((resolve) => {
        if (link.state.state === wanted) resolve(link.state);
        const look = (state: LinkState) => {
          if (state.state !== wanted) return;
          waiting.delete(look);
          resolve(state);
        };
        waiting.add(look);
      }),
  };
}
