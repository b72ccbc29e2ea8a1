// Packs this very repository, as a build does: the file whose SHA-256 is the statement's subject.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { mustRun } from '../crew/run.ts';
import { npmCommand, npmEnv, repository } from './npm.ts';

/** The packed file: its absolute path, its name and its SHA-256 in lower-case hex. */
export interface Artifact {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

// npm 9 to 11 print a list; npm 12 and later an object by package name
const File = z.looseObject({ filename: z.string() });
const Packed = z.union([z.array(File), z.record(z.string(), File).transform((all) => Object.values(all))]);

function nameIn(stdout: Buffer): string {
  try {
    const [only] = Packed.parse(JSON.parse(stdout.toString()));
    if (only) return basename(only.filename);
  } catch (thrown) {
    throw new PartFailed('npm pack', 'its answer is not JSON', thrown);
  }
  throw new PartFailed('npm pack', 'it packed nothing');
}

/** Packs into `folder` with `npm pack`, offline and without running any script. Rejects with PartFailed. */
export async function packRepository(crew: Crew, folder: string): Promise<Artifact> {
  const { tool, first } = npmCommand(process.env);
  const args = [...first, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const stdout = await mustRun(crew, tool, args, {
    cwd: repository,
    env: await npmEnv(crew),
    mend: 'apt-get install -y npm',
  });
  const path = join(folder, nameIn(stdout));
  const bytes = await readFile(path);
  return { path, name: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') };
}
