// A key that wants a quorum: two officers decide on two machines, and the HSM that holds the key signs last.
import { PartFailed } from '../crew/failed.ts';
import type { Result } from '../result.ts';
import { finish, untilEnd } from './ending.ts';
import { decide, read, seat } from './officer.ts';
import { ask, type Held, type Stage } from './stage.ts';
import type { Desk } from './desk.ts';

/** The holder's Console counts the whole quorum by itself, then the key signs the payload's PAE: an act of its own. */
async function signLast(stage: Stage, desk: Desk, held: Held): Promise<void> {
  const { narrator } = stage;
  await desk.untilState(held.requestId, 'quorate');
  narrator.step(
    'signer',
    'The quorum is complete; the key lies in the HSM of ana, and the Signer cannot use it.',
    'It writes down that it commits to these decisions, and waits.',
  );
  const review = await desk.console.review(held.requestId);
  narrator.step(
    'officer',
    'ana has her Console verify the quorum, and signs with the key in her HSM.',
    'A signature over the payload is final the moment it leaves: it comes last.',
  );
  const delivery = await desk.console.signHeld(review);
  if (delivery.state !== 'handed-over')
    throw new PartFailed('console', `the signature was not handed over: ${delivery.state}`);
}

/** Plays it. Without an HSM both officers decide with security keys, and the Signer's own approval-only key signs. */
export async function keyful(stage: Stage): Promise<Result> {
  const { narrator, installation } = stage;
  const { keys, people } = installation;
  const held = await ask(stage, { trusted: true, keyId: keys.keyful });
  const ana = await seat(stage, 'ana', people.ana.key.device.id);
  const first = await read(stage, ana, held.requestId, held.matchNumber);
  await decide(stage, ana, first, { verdict: 'approve', reason: '' });
  narrator.step(
    'signer',
    'One of two: it waits.',
    'The quorum wants two officers, two devices and two machines.',
  );
  const ben = await seat(stage, 'ben', people.ben.hsm?.device.id ?? people.ben.key.device.id);
  const second = await read(stage, ben, held.requestId, held.matchNumber);
  await decide(stage, ben, second, { verdict: 'approve', reason: '' });
  if (keys.held) await signLast(stage, ana, held);
  const ended = await untilEnd(stage, held, 'signed');
  narrator.step(
    'signer',
    `The request is signed with ${keys.keyful}.`,
    'It verified every decision again before it let the signature out.',
  );
  return finish(stage, held, ended, second);
}
