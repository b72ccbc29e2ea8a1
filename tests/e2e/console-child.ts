// A Console in a process of its own, for a test that kills it: `node console-child.ts OPTIONS`, OPTIONS a JSON file.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crew } from '../../demo/crew/crew.ts';
import { narratorTo } from '../../demo/narrator/narrator.ts';
import { scriptedHand } from '../../demo/person/hand.ts';
import { openDesk, pinsOf } from '../../demo/scenes/desk.ts';
import type { Person } from '../../demo/setup/people.ts';
import { impatient, journalIn } from './stage.ts';

/** What the file says. `mode`: decide on the request, or take up what an earlier process left. */
export interface ChildOptions {
  readonly mode: 'decide' | 'recover';
  readonly person: Person;
  readonly signerUrl: string;
  readonly ca: string;
  readonly pin: string;
  readonly requestId: string;
}

const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ChildOptions;
const { mode, person, signerUrl, ca, pin, requestId } = options;
const say = (at: string, more: object = {}): void =>
  void process.stdout.write(`${JSON.stringify({ at, ...more })}\n`);
const crew = new Crew();
const script = scriptedHand(person.id, pinsOf(person, ''), narratorTo({ write: () => true }, {}));
const desk = await openDesk({
  crew,
  person,
  device: person.key.device.id,
  hand: {
    ...script,
    touch: (ask, signal) => {
      say('touch');
      return script.touch(ask, signal);
    },
  },
  signerUrl,
  ca,
  pin,
  timings: impatient,
});
say('signed-in');

async function decide(): Promise<void> {
  await desk.untilQueued(requestId);
  const review = await desk.console.review(requestId);
  say('decide');
  const { delivery } = await desk.console.authorize(review, {
    verdict: 'approve',
    reason: '',
    device: desk.device,
  });
  say('decided', { delivery: delivery.state });
}

/** How often this machine's journal says that the device signed on this request. */
const outcomes = (): number =>
  journalIn(person.home).filter((entry) => entry.sealed?.decision.requestId === requestId).length;

async function recover(): Promise<void> {
  for (let tries = 0; desk.console.outbox().length > 0 && tries < 500; tries++) await sleep(20);
  const before = outcomes();
  if (before === 0) await decide(); // it was killed before anything was signed: the person decides again
  for (let tries = 0; desk.console.outbox().length > 0 && tries < 500; tries++) await sleep(20);
  const { lock } = desk.console.journal;
  say('recovered', {
    before,
    outcomes: outcomes(),
    owed: desk.console.outbox().length,
    lock: lock?.code ?? null,
  });
}

await (mode === 'decide' ? decide() : recover());
await crew.end();
process.exit(0);
