// The files of a ceremony that a user names: scripts and transcripts.
import { readScript } from '../../../ceremony/script-file.ts';
import type { Script } from '../../../core/ceremony/script.ts';
import { LackFault, isFault } from '../../../core/fault/fault.ts';
import { readBytes } from '../../files.ts';

/** The one file that a command wants. Throws LackFault `usage`. */
export function onlyFile(positionals: readonly string[], what: string): string {
  const [file] = positionals;
  if (file === undefined) throw new LackFault('usage', `give the file of a ${what}`);
  return file;
}

/** The script in a file. Throws LackFault `file_missing`, Refusal `ceremony_script`, `encoding`. */
export async function scriptIn(path: string): Promise<Script> {
  return readScript(await readBytes(path));
}

/** A script that the verifier holds the transcript against: one that is not sound is the verifier's own lack. */
export async function ownScript(path: string): Promise<Script> {
  try {
    return await scriptIn(path);
  } catch (thrown) {
    if (isFault(thrown) && thrown.kind === 'refusal')
      throw new LackFault('file_malformed', `${path}: ${thrown.message}`, thrown);
    throw thrown;
  }
}
