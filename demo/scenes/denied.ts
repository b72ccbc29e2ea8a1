// An officer denies: nothing is signed, and the denial is evidence too.
import type { Result } from '../result.ts';
import { finish, untilEnd } from './ending.ts';
import { decide, read, seat } from './officer.ts';
import { ask, type Stage } from './stage.ts';

const REASON = 'Nobody here knows this scanner image.';

/** Plays it: held, read, denied with a security key; one denial ends it. */
export async function denied(stage: Stage): Promise<Result> {
  const { narrator, installation } = stage;
  const held = await ask(stage, { trusted: false });
  const desk = await seat(stage, 'ana', installation.people.ana.key.device.id);
  const review = await read(stage, desk, held.requestId, held.matchNumber);
  await decide(stage, desk, review, { verdict: 'deny', reason: REASON });
  const ended = await untilEnd(stage, held, 'denied');
  narrator.step(
    'signer',
    'One denial ends the request: nothing is signed.',
    'Silence until expiry would have been a denial too.',
  );
  const verdict = await desk.console.evidence(held.requestId);
  narrator.step(
    'console',
    `ana's Console verifies the evidence: ${verdict.outcome}, by ${verdict.officers.join(', ')}.`,
  );
  return finish(stage, held, ended, review);
}
