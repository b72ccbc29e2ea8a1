// Random link histories: whatever wire, Console and Signer suffer, the end is the model's.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { count } from '../../support/counts.ts';
import { makeWorld } from '../../support/world.ts';
import { history, play, type History, type Shown } from './history.ts';
import { ModelSigner } from './model-signer.ts';
import { RealSigner } from './real-signer.ts';

const TOGETHER = 10; // histories that play at once, for most of their time is waiting

/** Plays so many histories, and expects each kind of trouble to have come up among them. */
async function playMany(runs: number, one: (history: History) => Promise<Shown>): Promise<void> {
  const total = { recorded: 0, refused: 0, gaps: 0, resyncs: 0, invalid: 0 };
  const names = Object.keys(total) as (keyof Shown)[];
  await fc.assert(
    fc.asyncProperty(fc.array(history, { minLength: TOGETHER, maxLength: TOGETHER }), async (histories) => {
      for (const shown of await Promise.all(histories.map(one)))
        for (const name of names) total[name] += shown[name];
    }),
    {
      numRuns: runs / TOGETHER,

      endOnFailure: true,
    },
  );
  console.log(`${runs} histories: ${JSON.stringify(total)}`);
  // Ten histories may well hold none of the rarer things; a hundred always did.
  if (runs >= 100)
    for (const name of names) if (name !== 'refused') expect(total[name], name).toBeGreaterThan(0);
}

test('1,000 histories with the model desk end as the model says', { timeout: 600_000 }, async () => {
  const world = makeWorld();
  await playMany(count(1000), async ({ keeps, happenings }) =>
    play(world, await ModelSigner.start(world, keeps), happenings),
  );
});

test('100 histories with the real desk, store and log end as these say', { timeout: 600_000 }, async () => {
  const world = makeWorld();
  await playMany(count(100), async ({ happenings }) =>
    play(world, await RealSigner.start(world), happenings),
  );
});
