// The CycloneDX SBOM of this repository, made by CycloneDX's own tool in a process of its own: the statement's predicate.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isFault } from '../../core/fault/fault.ts';
import { parseStrict, type Json } from '../../core/json/parse.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { mustRun, run } from '../crew/run.ts';
import { npmEnv, repository } from './npm.ts';

/** The in-toto predicate type of a CycloneDX document. */
export const SBOM_TYPE = 'https://cyclonedx.org/bom';

export type Sbom = { [key: string]: Json };

function toolPath(): string {
  const path = join(repository, 'node_modules', '@cyclonedx', 'cyclonedx-npm', 'bin', 'cyclonedx-npm-cli.js');
  if (!existsSync(path)) throw new PartFailed('cyclonedx-npm', 'it is not installed; mend it with: npm ci');
  return path;
}

function parsed(stdout: Buffer): Sbom {
  try {
    const value = parseStrict(stdout, { maxBytes: 16 * 1024 * 1024 });
    if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      value['bomFormat'] === 'CycloneDX'
    )
      return value;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    throw new PartFailed('cyclonedx-npm', `its SBOM is not strict JSON: ${thrown.message}`, thrown);
  }
  throw new PartFailed('cyclonedx-npm', 'what it made is not a CycloneDX document');
}

const ARGS = ['--omit', 'dev', '--output-format', 'JSON', '--output-reproducible', '--output-file', '-'];

/**
 * Makes the SBOM of what the package needs at run time, without any network: of what is installed, or where that does
 * not fit the lock file (npm says so), of the lock file alone. Rejects with PartFailed.
 */
export async function makeSbom(crew: Crew): Promise<Sbom> {
  const tool = toolPath();
  const options = { cwd: repository, env: await npmEnv(crew) };
  const { status, stdout } = await run(crew, process.execPath, [tool, ...ARGS], options);
  if (status === 0) return parsed(stdout);
  return parsed(await mustRun(crew, process.execPath, [tool, '--package-lock-only', ...ARGS], options));
}

/** How many components it lists. */
export function componentsIn(sbom: Sbom): number {
  return Array.isArray(sbom['components']) ? sbom['components'].length : 0;
}
