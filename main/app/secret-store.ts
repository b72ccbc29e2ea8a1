// The OS's secret store on Linux: libsecret's `secret-tool`, where it is installed and a session bus answers.
import { spawn } from 'node:child_process';

/** Small secrets by name. `get` is undefined where there is none; both reject when the store does not answer. */
export interface SecretStore {
  readonly where: 'secret-service';
  get(name: string): Promise<string | undefined>;
  put(name: string, secret: string): Promise<void>;
}

const APPLICATION = 'signer-console';
const ANSWER_MS = 5000;
const MOST = 64 * 1024;

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** The secret goes in on stdin and comes out on stdout: never on a command line, which others may read. */
function run(args: readonly string[], input: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('secret-tool', [...args], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: ANSWER_MS,
      killSignal: 'SIGKILL',
    });
    let out = '';
    child.stdout.on('data', (part: Buffer) => (out = (out + part.toString('utf8')).slice(0, MOST)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
    child.stdin.on('error', () => undefined); // a tool that ended early says so by its exit code
    child.stdin.end(input);
  });
}

/**
 * The secret store, if this machine has one that keeps what it is given; undefined otherwise. Told by trying: a value is
 * stored, read back and removed.
 */
export async function findSecretStore(
  env: NodeJS.ProcessEnv = process.env,
): Promise<SecretStore | undefined> {
  if (!env['DBUS_SESSION_BUS_ADDRESS']) return undefined;
  const of = (name: string) => ['application', APPLICATION, 'name', name];
  const store: SecretStore = {
    where: 'secret-service',
    async get(name) {
      const { code, out } = await run(['lookup', ...of(name)], '', env);
      return code === 0 && out !== '' ? out : undefined;
    },
    async put(name, secret) {
      const { code } = await run(['store', `--label=Signer Console: ${name}`, ...of(name)], secret, env);
      if (code !== 0) throw new Error(`secret-tool ended with ${String(code)}`);
    },
  };
  const probe = `probe-${process.pid}`;
  try {
    await store.put(probe, probe);
    const kept = (await store.get(probe)) === probe;
    await run(['clear', ...of(probe)], '', env);
    return kept ? store : undefined;
  } catch {
    return undefined; // no tool, no service, or one that hangs: keys then lie in files, and the Console says so
  }
}
