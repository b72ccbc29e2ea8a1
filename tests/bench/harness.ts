// Fair comparisons: control and candidate take turns in the same process, and medians are what is told.

/** One line of `npm run bench -- --json`. `value` and `control.value` are medians in `unit`; `ratio` is candidate by control. */
export interface Line {
  readonly bench: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly control: { readonly name: string; readonly value: number };
  readonly ratio: number;
  readonly runs: number;
}

/** One side of a comparison: does the thing once. */
export interface Side {
  readonly name: string;
  run(): Promise<void> | void;
}

/** A benchmark: makes what it needs, hands over pairs to compare, and cleans up after itself. */
export interface Bench {
  readonly name: string;
  /** Runs and reports each comparison as it is done. */
  run(report: (line: Line) => void): Promise<void>;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

async function timed(side: Side): Promise<number> {
  const start = process.hrtime.bigint();
  await side.run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/**
 * Times two sides in turn, A B A B, after a few rounds that do not count, and gives their medians in milliseconds.
 * The ratio is the median of the rounds' own ratios, so that a machine that slows down midway does not tilt it.
 */
export async function compare(
  bench: string,
  candidate: Side,
  control: Side,
  runs: number,
  warmup = 5,
): Promise<Line> {
  const times: { candidate: number; control: number }[] = [];
  for (let round = -warmup; round < runs; round++) {
    const pair =
      round % 2 === 0
        ? { candidate: await timed(candidate), control: await timed(control) }
        : await timed(control).then(async (first) => ({ control: first, candidate: await timed(candidate) }));
    if (round >= 0) times.push(pair);
  }
  return {
    bench,
    name: candidate.name,
    value: rounded(median(times.map((t) => t.candidate))),
    unit: 'ms',
    control: { name: control.name, value: rounded(median(times.map((t) => t.control))) },
    ratio: rounded(median(times.map((t) => t.candidate / t.control))),
    runs,
  };
}
