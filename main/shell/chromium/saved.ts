// Where a file goes that a person wanted saved: there are no native dialogs here, so into a folder of the state folder.
import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { ownFolder } from '../state-folder.ts';

const MOST_COPIES = 1000;

/** A file's name and nothing else: no folder, no hidden file, nothing that a terminal or a shell would obey. */
function tame(name: string): string {
  const tamed = basename(name)
    .replace(/[^\w.()+-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(-120);
  return tamed === '' ? 'file' : tamed;
}

/** A path in `state/saved` at which nothing lies yet; null when a thousand lie there. */
export function whereToSave(state: string, name: string): string | null {
  const folder = ownFolder(join(state, 'saved'));
  const wanted = tame(name);
  const type = extname(wanted);
  const stem = wanted.slice(0, wanted.length - type.length);
  for (let copy = 1; copy <= MOST_COPIES; copy++) {
    const path = join(folder, copy === 1 ? wanted : `${stem}-${copy}${type}`);
    if (!existsSync(path)) return path;
  }
  return null;
}
