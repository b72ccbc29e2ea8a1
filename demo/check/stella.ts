// `stella verify` as a stranger runs it: a process of its own, the files, and nothing else.
import { join } from 'node:path';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import { run, type Ran } from '../crew/run.ts';
import { repository } from '../pipeline/npm.ts';

/** What is verified. `bundle` is null for a denial. */
export interface StellaFiles {
  readonly bundle: string | null;
  readonly artifact: string;
  readonly directory: string;
  readonly evidence: string | null;
}

/** The arguments after `stella verify`. */
export function verifyArgs({ bundle, artifact, directory, evidence }: StellaFiles): string[] {
  return [
    ...(bundle === null ? [] : ['--bundle', bundle]),
    '--artifact',
    artifact,
    '--directory',
    directory,
    ...(evidence === null ? [] : ['--evidence', evidence]),
  ];
}

function verify(crew: Crew, files: StellaFiles, more: readonly string[] = []): Promise<Ran> {
  return run(crew, process.execPath, [
    join(repository, 'cli', 'main.ts'),
    'verify',
    ...verifyArgs(files),
    ...more,
  ]);
}

/** Resolves with its last line when it exits 0 with the pinned directory. Rejects with PartFailed otherwise. */
export async function stellaVerify(crew: Crew, files: StellaFiles, pin: string): Promise<string> {
  const { status, stdout, stderr } = await verify(crew, files, ['--pin', pin]);
  if (status !== 0)
    throw new PartFailed('stella verify', `exit status ${status}: ${stderr.trim().replaceAll('\n', ' ')}`);
  return stdout.toString().trim().split('\n').at(-1) ?? '';
}

/** Resolves when, without the evidence, the same bundle is refused as `approval_missing`. Rejects with PartFailed otherwise. */
export async function stellaRefuses(crew: Crew, files: StellaFiles): Promise<void> {
  const { status, stdout } = await verify(crew, { ...files, evidence: null }, ['--json']);
  if (status !== 1 || !stdout.toString().includes('"approval_missing"'))
    throw new PartFailed(
      'stella verify',
      `an approval-only key without its evidence was not refused (exit status ${status})`,
    );
}
