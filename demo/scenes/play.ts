// Plays one scene from an empty folder to files that were checked.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Args, SceneName } from '../args.ts';
import type { Crew } from '../crew/crew.ts';
import type { Narrator } from '../narrator/narrator.ts';
import type { Terminal } from '../person/terminal.ts';
import { openOut, outFiles, type Result } from '../result.ts';
import { denied } from './denied.ts';
import { keyful } from './keyful.ts';
import { manual } from './manual.ts';
import { openStage, type Stage } from './stage.ts';

const scenes: Readonly<Record<SceneName, (stage: Stage) => Promise<Result>>> = { manual, keyful, denied };

const titles: Readonly<Record<SceneName, string>> = {
  manual: 'A scanner that nobody trusts yet: one officer answers for it.',
  keyful: 'A key that wants a quorum: two officers decide, and an HSM signs last.',
  denied: 'An officer says no: nothing is signed, and that can be shown.',
};

/** Plays it. Rejects with PartFailed; a result that comes back was verified. */
export async function play(given: {
  args: Args;
  crew: Crew;
  narrator: Narrator;
  terminal: Terminal;
}): Promise<Result> {
  const { args, narrator } = given;
  const out = await openOut(args.out);
  for (const file of outFiles) await rm(join(out, file), { force: true }); // of an earlier scene
  narrator.title(titles[args.scene]);
  const whole = async (): Promise<Result> => scenes[args.scene](await openStage({ ...given, out }));
  return Promise.race([whole(), given.crew.lost]);
}
