// One ceremony at a terminal, step by step: shows, asks, has the machine act and the people sign, until it ends or waits.
import type { RunningCeremony, CeremonyState } from '../../ceremony/ports.ts';
import { answersTo, mayLack } from '../../core/ceremony/walk.ts';
import type { DoStep, IfStep } from '../../core/ceremony/script.ts';
import type { Did } from '../../core/ceremony/step.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { isFault, type AnyFault } from '../../core/fault/fault.ts';
import { visible } from '../../core/review/text.ts';
import { askLine, type Terminal } from '../hand/terminal.ts';
import { banner, shownLines, signedLines } from './show.ts';

/** Where the people sit. `signal`: they want to stop for now. */
export interface Seat {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** The same, and who can tell what a version of the directory changes. */
interface Room extends Seat {
  changes(next: Directory): Promise<string[]>;
}

/** The people go away for now; nothing is lost. */
class Left extends Error {
  override readonly name = 'Left';
}

const LEAVE = 'leave';

const print = ({ terminal }: Seat, lines: readonly string[]): void => terminal.say(`${lines.join('\n')}\n`);

function printFault(seat: Seat, fault: AnyFault): void {
  const detail = fault.detail ? ` (${visible(fault.detail)})` : '';
  print(seat, ['', `NOT DONE: ${fault.says}${detail}`, fault.next, `code: ${fault.code}`]);
}

/** One of the words that may be said; asked again until it is one. */
async function choose<W extends string>(
  { terminal, signal }: Seat,
  question: string,
  words: readonly W[],
): Promise<W> {
  for (;;) {
    const said = await askLine(terminal, `${question} [${[...words, LEAVE].join(' / ')}]: `, signal);
    if (said === LEAVE) throw new Left();
    const word = words.find((one) => one === said);
    if (word !== undefined) return word;
    terminal.say(`Type one of these words: ${[...words, LEAVE].join(', ')}.\n`);
  }
}

async function reasonFor(seat: Seat, did: Did): Promise<string> {
  if (did !== 'exception' && did !== 'stopped') return '';
  for (;;) {
    const reason = await askLine(
      seat.terminal,
      did === 'exception' ? 'What was done otherwise, and why? ' : 'Why does it stop? ',
      seat.signal,
    );
    if (reason !== '') return reason;
    seat.terminal.say('It wants a reason; everybody signs it.\n');
  }
}

const wordFor: Readonly<Record<Did, string>> = {
  done: 'done',
  yes: 'yes',
  no: 'no',
  exception: 'exception',
  stopped: 'stop',
};

async function answer(seat: Seat, allowed: readonly Did[]): Promise<Did> {
  const word = await choose(
    seat,
    'What happened?',
    allowed.map((did) => wordFor[did]),
  );
  return allowed.find((did) => wordFor[did] === word) ?? 'stopped';
}

const actIn = (shown: DoStep | IfStep): boolean =>
  'do' in shown && shown.act !== undefined && shown.act !== 'presence';

/** Does what a fault may end without ending the ceremony: it is told, and asked again. */
async function attempt(seat: Seat, job: () => Promise<void>): Promise<boolean> {
  try {
    await job();
    return true;
  } catch (thrown) {
    if (!isFault(thrown) || seat.signal.aborted) throw thrown;
    printFault(seat, thrown);
    return false;
  }
}

/** A step that nobody said anything of yet: the machine acts, or people say what happened. */
async function begin(
  seat: Seat,
  running: RunningCeremony,
  shown: DoStep | IfStep,
  { undone }: CeremonyState,
): Promise<void> {
  if (undone) print(seat, [`It was begun and is not done: ${undone.code} ${visible(undone.detail)}`]);
  if (!actIn(shown)) {
    const did = await answer(seat, answersTo(shown));
    const reason = await reasonFor(seat, did);
    await attempt(seat, () => running.say(did, reason));
    return;
  }
  const words = ['go', ...(mayLack(shown) ? (['exception'] as const) : []), 'stop'] as const;
  const word = await choose(seat, 'Let the machine do it?', words);
  if (word === 'go') {
    await attempt(seat, () => running.act(seat.signal));
    return;
  }
  const did = word === 'stop' ? 'stopped' : 'exception';
  const reason = await reasonFor(seat, did);
  await attempt(seat, () => running.say(did, reason));
}

/** What was said and nobody signed: as it stands, or otherwise. */
async function confirm(seat: Seat, running: RunningCeremony, pending: NonNullable<CeremonyState['pending']>) {
  const { did } = pending.step;
  const words = did === 'done' ? (['sign', 'exception', 'stop'] as const) : (['sign', 'back'] as const);
  const word = await choose(seat, 'Is this so, and was everything seen?', words);
  if (word === 'sign') return true;
  if (word === 'back') {
    await attempt(seat, () => running.unsay());
    return false;
  }
  const instead = word === 'stop' ? 'stopped' : 'exception';
  const reason = await reasonFor(seat, instead);
  await attempt(seat, async () => {
    await running.unsay();
    await running.say(instead, reason);
  });
  return false;
}

async function signAll(
  seat: Seat,
  running: RunningCeremony,
  { opening, pending }: CeremonyState,
): Promise<void> {
  for (const role of pending?.missing ?? []) {
    const person = opening.people.find((one) => one.role === role);
    print(seat, ['', `${role}: ${person?.officer ?? ''} signs with ${person?.device ?? ''}.`]);
    while (!(await attempt(seat, () => running.sign(role, seat.signal))))
      await choose(seat, `${role}: once more?`, ['again']);
  }
}

async function step(seat: Room, running: RunningCeremony): Promise<void> {
  const state = running.state();
  const { place, pending, deciding, kind, opening, steps } = state;
  if (place.at !== 'step') return;
  print(seat, banner(kind, opening));
  if (pending === null) {
    print(seat, shownLines(steps.length, place.step));
    return begin(seat, running, place.step, state);
  }
  print(seat, signedLines(pending.step));
  if (deciding !== null) print(seat, ['', ...(await seat.changes(deciding))]);
  if (pending.signed.length > 0) print(seat, [`Signed already by: ${pending.signed.join(', ')}.`]);
  if (pending.signed.length > 0 || (await confirm(seat, running, pending)))
    await signAll(seat, running, running.state());
}

/**
 * Runs until the ceremony is over; false when the people left before. Rejects with what is no fault of a step: a record that
 * cannot be written, a lock, what is not ours.
 */
export async function drive(seat: Room, running: RunningCeremony): Promise<boolean> {
  try {
    while (running.state().place.at === 'step') await step(seat, running);
    return true;
  } catch (thrown) {
    const gone = isFault(thrown) && thrown.code === 'cancelled';
    if (thrown instanceof Left || gone || seat.signal.aborted) return false;
    throw thrown;
  }
}
