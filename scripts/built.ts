// Builds the Console when what is built is older than its sources, and only then; two at once build once.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What goes into the build. */
const sources = [
  'contract',
  'core',
  'main',
  'native',
  'ports',
  'preload',
  'renderer',
  'scripts/vite',
  'second',
];
const files = ['package.json', 'package-lock.json'];
const PATIENCE_MS = 120_000;

function list(root: string, at: string): string[] {
  return readdirSync(join(root, at), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(at, entry.name);
    return entry.isDirectory() ? list(root, path) : [path];
  });
}

/** Changes when a source is added, removed or written. */
function stampOf(root: string): string {
  const hash = createHash('sha256');
  for (const path of [...sources.flatMap((folder) => list(root, folder)), ...files].sort()) {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits for its turn; a lock whose process is gone is taken over. Resolves with the release. */
async function lock(path: string): Promise<() => void> {
  const until = Date.now() + PATIENCE_MS;
  const owner = join(path, 'pid');
  for (;;) {
    try {
      mkdirSync(path);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch {
      const pid = existsSync(owner) ? Number(readFileSync(owner, 'utf8')) : 0;
      if (pid > 0 && !isThere(pid)) rmSync(path, { recursive: true, force: true });
      else if (Date.now() > until) throw new Error(`${path} is held; remove it if nothing builds`);
      await sleep(50);
    }
  }
}

/** The folder of the Console's build, which is up to date when this resolves. `built`: it had to be made. `force`: make it. */
export async function ensureBuilt(
  root: string,
  force = false,
): Promise<{ readonly folder: string; readonly built: boolean }> {
  const dist = join(root, 'dist');
  const folder = join(dist, 'console');
  const stampFile = join(dist, 'console.stamp');
  const isFresh = (): boolean =>
    existsSync(join(folder, 'build.json')) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stampOf(root);
  if (!force && isFresh()) return { folder, built: false };
  mkdirSync(dist, { recursive: true });
  const release = await lock(join(dist, 'console.lock'));
  try {
    if (!force && isFresh()) return { folder, built: false };
    const stamp = stampOf(root);
    const next = join(dist, 'console.next');
    const { buildConsole } = await import('./vite/console.ts'); // the bundler is not loaded for a look
    await buildConsole(root, next);
    rmSync(folder, { recursive: true, force: true });
    renameSync(next, folder);
    writeFileSync(stampFile, stamp);
    return { folder, built: true };
  } finally {
    release();
  }
}
