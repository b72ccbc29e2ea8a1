// An environment in which one program is not on PATH: everything else is.
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of links to every program on PATH but those whose name begins so, as the only PATH. */
export function withoutProgram(prefix: string): { readonly env: { readonly PATH: string }; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'hidden-'));
  for (const place of (process.env['PATH'] ?? '').split(':')) {
    if (place === '' || !existsSync(place)) continue;
    for (const name of readdirSync(place)) {
      const link = join(folder, name);
      if (!name.startsWith(prefix) && !existsSync(link)) trySymlink(join(place, name), link);
    }
  }
  return { env: { PATH: folder }, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A broken link on PATH may stand in the way twice. */
function trySymlink(target: string, link: string): void {
  try {
    symlinkSync(target, link);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  }
}
