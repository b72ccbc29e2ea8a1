// Fair comparisons: control and candidate take turns in the same process, and medians are what is told.

/**
 * One line of `npm run bench -- --json`. `value` and `control.value` are medians in `unit`; `ratio` is candidate by control,
 * null where the control is zero.
 */
export interface Line {
  readonly bench: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly control: { readonly name: string; readonly value: number };
  readonly ratio: number | null;
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

/** One side of a comparison that measures itself: a number of the comparison's unit. */
export interface Gauge {
  readonly name: string;
  measure(): Promise<number>;
}

/**
 * Measures two sides in turn, A B B A, after a few rounds that do not count, and gives their medians. The ratio is the
 * median of the rounds' own ratios, so that a machine that slows down midway does not tilt it.
 */
export async function compareGauges(
  bench: string,
  unit: string,
  candidate: Gauge,
  control: Gauge,
  runs: number,
  warmup: number,
): Promise<Line> {
  const rounds: { candidate: number; control: number }[] = [];
  for (let round = -warmup; round < runs; round++) {
    const pair =
      round % 2 === 0
        ? { candidate: await candidate.measure(), control: await control.measure() }
        : await control
            .measure()
            .then(async (first) => ({ control: first, candidate: await candidate.measure() }));
    if (round >= 0) rounds.push(pair);
  }
  const ratio = median(rounds.map((one) => one.candidate / one.control));
  return {
    bench,
    name: candidate.name,
    value: rounded(median(rounds.map((one) => one.candidate))),
    unit,
    control: { name: control.name, value: rounded(median(rounds.map((one) => one.control))) },
    ratio: Number.isFinite(ratio) ? rounded(ratio) : null,
    runs,
  };
}

/** Times two sides in turn, in milliseconds. */
export function compare(
  bench: string,
  candidate: Side,
  control: Side,
  runs: number,
  warmup = 5,
): Promise<Line> {
  const gauge = (side: Side): Gauge => ({ name: side.name, measure: () => timed(side) });
  return compareGauges(bench, 'ms', gauge(candidate), gauge(control), runs, warmup);
}
