// A few counters and one histogram in the Prometheus text exposition format 0.0.4.

/** Label names and values of one series; the values come from closed sets (routes, codes), never from a caller. */
export type Labels = Readonly<Record<string, string>>;

/** What is counted. */
export interface Metrics {
  /** Adds `by` (1 unless given) to a counter. */
  count(name: string, help: string, labels?: Labels, by?: number): void;
  /** Puts a duration, in seconds, into the histogram's buckets. */
  time(name: string, help: string, labels: Labels, seconds: number): void;
  /** Everything so far, as text. */
  text(): string;
}

/** The media type of `text`. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
// A bug that put something unbounded into a label would eat the memory; new series are then dropped instead.
const MOST_SERIES = 2000;

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'histogram';
  readonly series: Map<string, number[]>;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function written(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

const braced = (inside: string): string => (inside ? `{${inside}}` : '');

function histogramLines(name: string, labels: string, values: readonly number[]): string[] {
  const more = labels ? `${labels},` : '';
  const bounds = [...BUCKETS.map(String), '+Inf'];
  const count = values[BUCKETS.length] ?? 0;
  return [
    ...bounds.map((le, at) => `${name}_bucket{${more}le="${le}"} ${values[at] ?? 0}`),
    `${name}_sum${braced(labels)} ${values[BUCKETS.length + 1] ?? 0}`,
    `${name}_count${braced(labels)} ${count}`,
  ];
}

function familyLines([name, family]: [string, Family]): string[] {
  const lines = [...family.series].flatMap(([labels, values]) =>
    family.type === 'counter'
      ? [`${name}${braced(labels)} ${values[0] ?? 0}`]
      : histogramLines(name, labels, values),
  );
  return [`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.type}`, ...lines];
}

/** An empty set of metrics of one process. */
export function makeMetrics(): Metrics {
  const families = new Map<string, Family>();
  let series = 0;
  function valuesOf(name: string, help: string, type: Family['type'], labels: Labels): number[] | undefined {
    const family: Family = families.get(name) ?? { help, type, series: new Map() };
    families.set(name, family);
    const key = written(labels);
    const known = family.series.get(key);
    if (known || series >= MOST_SERIES) return known;
    series += 1;
    const made = type === 'counter' ? [0] : Array.from({ length: BUCKETS.length + 2 }, () => 0);
    family.series.set(key, made);
    return made;
  }
  return {
    count(name, help, labels = {}, by = 1) {
      const values = valuesOf(name, help, 'counter', labels);
      if (values) values[0] = (values[0] ?? 0) + by;
    },
    time(name, help, labels, seconds) {
      const values = valuesOf(name, help, 'histogram', labels);
      if (!values) return;
      const sum = BUCKETS.length + 1;
      BUCKETS.forEach((bound, at) => {
        if (seconds <= bound) values[at] = (values[at] ?? 0) + 1;
      });
      values[BUCKETS.length] = (values[BUCKETS.length] ?? 0) + 1;
      values[sum] = (values[sum] ?? 0) + seconds;
    },
    text: () => `${[...families].flatMap(familyLines).join('\n')}\n`,
  };
}
