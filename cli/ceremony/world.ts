// The ports of a ceremony at this terminal: HSM and devices in driver processes, the board that its folder names.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolderBoard } from '../../ceremony/boards/folder.ts';
import { openSignerBoard } from '../../ceremony/boards/signer.ts';
import { ceremonyHsm } from '../../ceremony/hsm.ts';
import type { Board, CeremonyPorts } from '../../ceremony/ports.ts';
import { placesIn, readRehearsal } from '../../ceremony/rehearsal/rehearsal.ts';
import { LackFault } from '../../core/fault/fault.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { keepDriver } from '../../ports/driver.ts';
import { openHands, type Hands, type Reach } from '../hand/hand.ts';
import type { Terminal } from '../hand/terminal.ts';
import { startOwnDriver } from '../parts.ts';
import { ceremonyPerson } from './person.ts';
import { readSetup } from './setup.ts';

/** Clock, randomness and hashing of this machine. */
export const machine = {
  crypto: nodeCrypto,
  now: () => new Date(),
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
} as const;

/** Everything that a ceremony needs here. `close` ends the driver processes. */
export interface CeremonyWorld {
  readonly ports: CeremonyPorts;
  readonly hands: Hands;
  close(): Promise<void>;
}

interface Found {
  readonly board: Board;
  readonly module: string;
  readonly env: Readonly<Record<string, string>>;
  readonly reach: Reach;
}

/** What the folder was set up for. Rejects with LackFault `usage` where it was not. */
async function find(folder: string): Promise<Found> {
  const rehearsal = await readRehearsal(folder);
  if (rehearsal) {
    const { board, conf, keys } = placesIn(folder);
    return {
      board: await openFolderBoard(board, machine),
      module: rehearsal.module,
      env: { SOFTHSM2_CONF: conf },
      reach: { hid: false, virtual: keys, modules: [] },
    };
  }
  const setup = await readSetup(folder);
  if (!setup) throw new LackFault('usage', `${folder} holds no ceremony`);
  const { signer, ca, pin, module, conf, virtual } = setup;
  return {
    board: openSignerBoard({ crypto: nodeCrypto, url: signer, ca: ca === null ? null : [ca], pin }),
    module,
    env: conf === null ? {} : { SOFTHSM2_CONF: conf },
    reach: { hid: virtual === null, virtual, modules: [] },
  };
}

/** Opens what the folder was set up for. `pins`: a folder of PIN files, or null where they are typed. Rejects with LackFault. */
export async function openWorld(
  folder: string,
  terminal: Terminal,
  pins: string | null,
): Promise<CeremonyWorld> {
  const { board, module, env, reach } = await find(folder);
  const { latest } = await board.trust();
  const person = ceremonyPerson(terminal, pins);
  const onLog = (line: string): void => terminal.say(`driver: ${line}\n`);
  const driver = keepDriver(() => startOwnDriver({ driver: 'pkcs11', config: { module }, env, onLog }), {
    clock: () => performance.now(),
    sleep: (ms) => sleep(ms),
  });
  const asksAgain = pins === null;
  const hands = await openHands({ directory: latest, reach, person, asksAgain, say: terminal.say });
  const ports: CeremonyPorts = {
    ...machine,
    board,
    hsm: ceremonyHsm({ crypto: nodeCrypto, driver, person }),
    hand: ({ officer, device }, name, object, signal) => hands.of(officer, device).sign(name, object, signal),
  };
  return {
    ports,
    hands,
    close: async () => void (await Promise.all([hands.close(), driver.close()])),
  };
}
