// Officers who change the directory as their Consoles would have them: each signs the next version with a virtual key, and it is published.
import { join } from 'node:path';
import { openSignerBoard } from '../../ceremony/boards/signer.ts';
import { openHands } from '../../cli/hand/hand.ts';
import type { Directory } from '../../core/directory/directory.ts';
import type { DirectorySignature } from '../../core/trust/chain.ts';
import { PROPOSAL_TYPE, draftNext } from '../../core/trust/proposal.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { readPin } from '../../ports/private-file.ts';

/** The Signer, and where the virtual keys and their PINs (by device id) lie. */
export interface Place {
  readonly url: string;
  readonly ca: string;
  readonly pin: string;
  readonly keys: string;
  readonly pins: string;
}

/** Publishes the version that `change` makes, signed by these officers. */
export async function decide(
  { url, ca, pin, keys, pins }: Place,
  officers: readonly string[],
  change: (next: Directory) => void,
): Promise<void> {
  const board = openSignerBoard({ crypto: nodeCrypto, url, ca: [ca], pin });
  const [{ latest }, since] = [await board.trust(), await board.checkpoint()];
  const next = structuredClone(draftNext(nodeCrypto, latest, new Date().toISOString(), {}));
  change(next);
  const hands = await openHands({
    directory: latest,
    reach: { hid: false, virtual: keys, modules: [] },
    person: {
      pin: (device) => readPin(join(pins, device)),
      phase: () => undefined,
      touch: async () => true,
    },
    asksAgain: false,
    say: () => undefined,
  });
  try {
    const signatures: DirectorySignature[] = [];
    for (const officer of officers) {
      const hand = hands.of(officer, `${officer}-key`);
      signatures.push({ officer, device: hand.device.id, proof: await hand.sign('directory', next) });
    }
    const [proposedBy = ''] = officers;
    await board.publish(
      { _type: PROPOSAL_TYPE, directory: next, enrolments: [], proposedBy, signatures },
      since,
    );
  } finally {
    await hands.close();
  }
}
