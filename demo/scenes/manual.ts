// The scanner is not trusted: the Signer holds the request until one officer has read it and authorized.
import type { Result } from '../result.ts';
import { finish, untilEnd } from './ending.ts';
import { decide, read, seat } from './officer.ts';
import { ask, type Stage } from './stage.ts';

/** Plays it: held, read, approved with a security key, signed by the Signer's approval-only key. */
export async function manual(stage: Stage): Promise<Result> {
  const { narrator, installation } = stage;
  const held = await ask(stage, { trusted: false });
  const desk = await seat(stage, 'ana', installation.people.ana.key.device.id);
  const review = await read(stage, desk, held.requestId, held.matchNumber);
  await decide(stage, desk, review, { verdict: 'approve', reason: '' });
  const ended = await untilEnd(stage, held, 'signed');
  const [key] = review.rebuilt.request.keys;
  narrator.step(
    'signer',
    `The quorum is complete: it verifies every decision again and signs with ${key ?? 'its key'}.`,
    'A row in its database is a cache; what counts is what devices signed.',
  );
  const verdict = await desk.console.evidence(held.requestId);
  narrator.step(
    'console',
    `ana's Console verifies the evidence: ${verdict.outcome}, by ${verdict.officers.join(', ')}.`,
    'An officer sees what came of the decision.',
  );
  return finish(stage, held, ended, review);
}
