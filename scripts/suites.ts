// Runs the test suites (all, or those that the arguments name) and prints one closing line over all of them.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { startVitest, type Vitest } from 'vitest/node';

/** What came of a run. `failed` counts tests, files that could not be loaded, and everything else that went wrong. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The closing line of every run. */
export const closing = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** The lines that git sees changed, whoever owns the checkout; undefined without git or a repository (an archive). */
function changes(): string[] | undefined {
  const { status, stdout } = spawnSync('git', ['-c', 'safe.directory=*', 'status', '--porcelain'], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.split('\n') : undefined;
}

function countTests(vitest: Vitest): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of vitest.state.getTestModules()) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'failed' : state] += 1;
    }
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
  }
  counts.failed += vitest.state.getUnhandledErrors().length;
  return counts;
}

/** Turns away a run that tested nothing, skipped under REQUIRE_ALL=1, or left files behind. */
function complaints(counts: Counts, before: string[] | undefined, required: boolean): string[] {
  const said: string[] = [];
  if (counts.passed + counts.failed === 0) said.push('no test ran');
  if (required && counts.skipped > 0) said.push(`REQUIRE_ALL=1, yet ${counts.skipped} were skipped`);
  if (before) {
    const after = changes() ?? [];
    const differs = [
      ...after.filter((l) => !before.includes(l)),
      ...before.filter((l) => !after.includes(l)),
    ];
    if (differs.length > 0) said.push(`the tests changed the checkout:\n${differs.join('\n')}`);
  }
  return said;
}

/** Runs what `args` name (`--full`: all random cases, not a tenth; the rest: parts of paths) and counts. */
export async function runSuites(args: readonly string[]): Promise<Counts> {
  const full = args.includes('--full');
  if (full) process.env['FULL'] = '1';
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--full');
  if (unknown) throw new Error(`unknown option ${unknown}: use --full, or parts of the paths of suites`);
  const before = changes();
  const vitest = await startVitest(
    args.filter((arg) => arg !== '--full'),
    { watch: false, run: true },
  );
  const counts = countTests(vitest);
  await vitest.close();
  for (const said of complaints(counts, before, process.env['REQUIRE_ALL'] === '1')) {
    console.error(`failed: ${said}`);
    counts.failed += 1;
  }
  return counts;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const counts = await runSuites(process.argv.slice(2));
    console.log(closing(counts));
    process.exit(counts.failed > 0 ? 1 : 0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}
