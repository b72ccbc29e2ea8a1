// Everything that must be green before a commit: format, lint, types, layers, tests, build. The counts come last.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { closing, runSuites } from './suites.ts';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
const failed: string[] = [];

/** Runs one script of package.json; a failure is kept and the others still run, so that one go shows everything. */
function step(name: string): void {
  console.log(`\n== ${name}`);
  const command = manifest.scripts[name];
  if (command === undefined) throw new Error(`package.json has no script ${name}`);
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  if (status !== 0) failed.push(name);
}

for (const name of ['format:check', 'lint', 'types', 'test:layers']) step(name);
console.log('\n== test');
const counts = await runSuites(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return { passed: 0, failed: 1, skipped: 0 };
});
step('build');

if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
counts.failed += failed.length;
console.log(closing(counts));
process.exit(counts.failed > 0 ? 1 : 0);
