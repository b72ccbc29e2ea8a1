// Which Electron is packed: the pinned one by its checksum, or another one, whose result is named a test build.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** `folder`: where the zip lies, or null when it is fetched (and then checked by the fetcher against the same checksums). */
export interface ElectronZip {
  readonly folder: string | null;
  readonly pinned: boolean;
}

/** Looks at ELECTRON_ZIP_DIR. Rejects with Error when it holds no zip of that name. */
export async function electronZip(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ElectronZip> {
  const folder = env['ELECTRON_ZIP_DIR'];
  if (!folder) return { folder: null, pinned: true };
  const electron = join(root, 'node_modules', 'electron');
  const { version } = JSON.parse(readFileSync(join(electron, 'package.json'), 'utf8')) as { version: string };
  const name = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const zip = join(folder, name);
  if (!existsSync(zip)) throw new Error(`ELECTRON_ZIP_DIR holds no ${name}`);
  const sums = JSON.parse(readFileSync(join(electron, 'checksums.json'), 'utf8')) as Record<string, string>;
  const hash = createHash('sha256');
  await pipeline(createReadStream(zip), hash);
  return { folder, pinned: sums[name] === hash.digest('hex') };
}
