// Fetches Electron's program with the electron package's own installer, where its source can be reached at all.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

const CONNECT_MS = 2000;
const FETCH_MS = 600_000;
/** Where Electron's releases lie, unless a mirror is named. */
const releases = 'https://github.com/';

/** The source, or null when the environment forbids fetching or names something that is no address. */
export function sourceOf(env: Env): URL | null {
  if (env['ELECTRON_SKIP_BINARY_DOWNLOAD']) return null;
  const named = env['ELECTRON_MIRROR'] ?? env['npm_config_electron_mirror'] ?? releases;
  return URL.canParse(named) ? new URL(named) : null;
}

const answers = ({ hostname, port, protocol }: URL): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) });
    const done = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.setTimeout(CONNECT_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });

/** True when the program is there afterwards. The installer checks it against the checksums that the package carries. */
export async function fetchElectron(root: string, env: Env): Promise<boolean> {
  const installer = join(root, 'node_modules', 'electron', 'install.js');
  const source = sourceOf(env);
  if (source === null || !existsSync(installer) || !(await answers(source))) return false;
  process.stderr.write(
    `fetching Electron from ${source.host}, once; ELECTRON_SKIP_BINARY_DOWNLOAD=1 forbids it\n`,
  );
  const { status } = spawnSync(process.execPath, [installer], { stdio: ['ignore', 2, 2], timeout: FETCH_MS });
  return status === 0;
}
