// The outage that comes by itself: rare and short, so that normal traffic goes on, and long enough to ask for a bypass.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from '../crew/crew.ts';
import { isOpen, standing, waiting, type Asking } from '../pipeline/asking.ts';
import { MOST_WAITING, type Steady } from '../pipeline/steady.ts';
import { UNDER_BYPASS, type Outages } from './outages.ts';

/**
 * In milliseconds: until the first, between two, how long one lasts after the bypass was raised, and how often it looks.
 * `longer`: how many times as long once an officer has approved.
 */
export interface SceneTimes {
  readonly first: number;
  readonly between: number;
  readonly lasts: number;
  readonly longer: number;
  readonly looks: number;
}

/** Those that do not depend on who starts it. */
export const USUAL_TIMES: Omit<SceneTimes, 'first'> = {
  between: 20 * 60_000,
  lasts: 75_000,
  longer: 4,
  looks: 5000,
};

export interface SceneOptions {
  readonly crew: Crew;
  readonly asking: Asking;
  readonly outages: Outages;
  readonly steady: Steady;
  readonly times: SceneTimes;
  readonly say: (line: string) => void;
}

const reason = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** While officers decide: longer once the first of them has; and once they granted it, one signature under it. */
async function under({ asking, outages, steady, times, say, crew }: SceneOptions, id: string): Promise<void> {
  const since = performance.now();
  let lasts = times.lasts;
  let used = false;
  while (performance.now() - since < lasts && outages.active && !crew.ending) {
    await sleep(times.looks);
    if (used) continue;
    const now = await standing(asking, id);
    if ((now?.approvals.given ?? 0) > 0) lasts = times.lasts * times.longer;
    if (isOpen(now)) continue;
    used = true;
    const { outcome } = await steady.submit(UNDER_BYPASS, { trusted: true });
    say(`outage: the bypass was decided; a request in its scope was ${outcome}`);
  }
}

async function one(options: SceneOptions): Promise<void> {
  const { outages, asking, say } = options;
  if ((await waiting(asking, MOST_WAITING)).length >= MOST_WAITING) return;
  say('outage: licensing does not answer');
  await outages.begin(true);
  try {
    const raised = await outages.raise();
    if (raised.raised) await under(options, raised.answer.requestId);
    else say(`outage: no bypass could be raised: ${raised.status} ${raised.code}`);
  } finally {
    await outages.end();
    say('outage: licensing answers again');
  }
}

/** Plays outages until the crew ends; none while the pipeline is quiet, or while somebody asked for one. */
export async function playOutages(options: SceneOptions): Promise<void> {
  const { crew, outages, steady, times, say } = options;
  const ended = new AbortController();
  crew.join(() => ended.abort());
  for (let pause = times.first; ; pause = times.between) {
    await sleep(pause, undefined, { signal: ended.signal }).catch(() => undefined);
    if (crew.ending) return;
    if (steady.quiet || outages.active) continue;
    try {
      await one(options);
    } catch (thrown) {
      if (crew.ending) return;
      say(`outage: ${reason(thrown)}`);
    }
  }
}
