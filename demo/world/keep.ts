// Keeps a part running: one that ends by itself is started again, after a pause that grows while it keeps failing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import type { Part } from '../crew/part.ts';

/** `start` begins the part again where it was: the same port. `say` is told each time it had to. */
export interface KeepOptions {
  readonly name: string;
  readonly start: () => Promise<Part>;
  readonly say: (line: string) => void;
  /** Runs after each start but the first. */
  readonly restored?: () => Promise<void>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** A part that ran for so long has recovered: its next failure is a first one. */
const RECOVERED_MS = 30_000;

const reason = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function again(crew: Crew, { name, start, say, restored }: KeepOptions, first: number): Promise<Part> {
  for (let pause = first; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await sleep(pause);
    if (crew.ending) throw new PartFailed(name, 'the world is ending');
    try {
      const part = await start();
      await restored?.();
      return part;
    } catch (thrown) {
      if (crew.ending) throw thrown;
      say(`${name} does not start: ${reason(thrown)}`);
    }
  }
}

async function watch(crew: Crew, part: Part, options: KeepOptions): Promise<void> {
  const { name, say } = options;
  let running = part;
  let pause = FIRST_PAUSE_MS / 2;
  for (;;) {
    const since = performance.now();
    await running.exited;
    if (crew.ending) return;
    pause = performance.now() - since > RECOVERED_MS ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
    say(`${name} (${running.pid}) ended by itself; it is started again`);
    running = await again(crew, options, pause);
    say(`${name} runs again (${running.pid})`);
  }
}

/** Watches a part that runs, until the crew's end. */
export function keep(crew: Crew, part: Part, options: KeepOptions): void {
  watch(crew, part, options).catch((thrown: unknown) => {
    if (!crew.ending) options.say(`${options.name} is given up: ${reason(thrown)}`);
  });
}
