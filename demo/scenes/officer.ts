// What an officer does at a Console: waits for the request, reads it, compares the match number, decides.
import { isFault } from '../../core/fault/fault.ts';
import type { Authorized, OpenReview } from '../../main/app/console.ts';
import { PartFailed } from '../crew/failed.ts';
import { askingHand, scriptedHand } from '../person/hand.ts';
import type { OfficerId } from '../setup/people.ts';
import { openDesk, pinsOf, type Desk } from './desk.ts';
import { show } from './show.ts';
import type { Stage } from './stage.ts';

const MOST_TRIES = 3;

/** A person mistypes: asked again, as often as the device allows before it wants to be pulled out. A script does not. */
async function tried<T>({ args, narrator }: Stage, act: () => Promise<T>): Promise<T> {
  for (let left = args.ask ? MOST_TRIES - 1 : 0; ; left--) {
    try {
      return await act();
    } catch (thrown) {
      if (left === 0 || !isFault(thrown) || thrown.code !== 'pin_invalid') throw thrown;
      narrator.step('console', `${thrown.says} ${thrown.next}`);
    }
  }
}

/** A person may think before typing; a script does not. */
const PERSON_MS = 180_000;
const SCRIPT_MS = 30_000;

/** Seats an officer: the Console opens its folder, connects over TLS with the pinned CA, and the device signs the session. */
export async function seat(stage: Stage, officer: OfficerId, device: string): Promise<Desk> {
  const { crew, narrator, args, installation, signer, terminal } = stage;
  const person = installation.people[officer];
  const pins = pinsOf(person, installation.keys.keyful);
  const hand = args.ask ? askingHand(officer, pins, terminal) : scriptedHand(officer, pins, narrator);
  const { certificates, trust } = installation;
  narrator.step(
    'console',
    `${officer} opens a Console on ${person.machine.id} and signs in with ${device}.`,
    'A session reads and carries; it never decides.',
  );
  const desk = await openDesk({
    crew,
    person,
    device,
    hand,
    signerUrl: signer.url,
    ca: certificates.ca,
    pin: trust.pin,
    patienceMs: args.ask ? PERSON_MS : SCRIPT_MS,
    signingIn: (signIn) => tried(stage, signIn),
  });
  narrator.fact('machine keys', `${desk.console.secrets.where}, for this user alone`);
  return desk;
}

/** Opens the review and tells it. Rejects with PartFailed when it is locked, or the match number is another. */
export async function read(stage: Stage, desk: Desk, requestId: string, match: string): Promise<OpenReview> {
  const { narrator } = stage;
  await desk.untilQueued(requestId);
  const { id } = desk.person;
  narrator.step(
    'console',
    `The request reaches ${id}.`,
    'The Console fetches the payload, hashes it, rebuilds the request, asks a second decoder, and checks the log.',
  );
  const review = await desk.console.review(requestId);
  show(narrator, review);
  if (review.stage === 'locked') {
    const why = review.locks.map(({ code, detail }) => `${code} ${detail}`).join('; ');
    throw new PartFailed('console', `the review of ${id} is locked: ${why}`);
  }
  if (review.match !== match)
    throw new PartFailed('console', `${id} sees match number ${review.match}, the pipeline ${match}`);
  narrator.step(
    'officer',
    `${id} asks the pipeline's owner for the match number: ${match}, the same.`,
    'Both derived it from the request: they speak of the same one.',
  );
  return review;
}

/** What the officer wants. */
export interface Will {
  readonly verdict: 'approve' | 'deny';
  readonly reason: string;
}

/** Decides with the device in hand, and waits until the decision's leaf was verified. Rejects with PartFailed. */
export async function decide(stage: Stage, desk: Desk, review: OpenReview, will: Will): Promise<Authorized> {
  const { narrator } = stage;
  const { id } = desk.person;
  const verb = will.verdict === 'approve' ? 'approves' : 'denies';
  const because = will.reason === '' ? '' : `: ${JSON.stringify(will.reason)}`;
  narrator.step(
    'officer',
    `${id} ${verb}${because}.`,
    'The device signs one decision on this exact request, as it was shown.',
  );
  const wish = { ...will, device: desk.device };
  const done = await tried(stage, () => desk.console.authorize(review, wish));
  const { delivery } = done;
  if (delivery.state !== 'evidenced') {
    const why = delivery.state === 'withheld' ? delivery.code : delivery.state;
    throw new PartFailed('console', `the decision of ${id} was not recorded: ${why}`);
  }
  const { leaf } = delivery.evidenced;
  narrator.step(
    'log',
    `The decision is leaf ${leaf.index}; the Console of ${id} verified its inclusion.`,
    'What is acknowledged can no longer be lost or denied.',
  );
  return done;
}
