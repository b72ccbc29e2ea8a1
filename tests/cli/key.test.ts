// stella key as a person runs it: a real process with a virtual key, against a real Signer process, and all that it does not do.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../core/json/canonical.ts';
import type { ConfigInput } from '../../signer/app/config.ts';
import { bundleBy } from '../support/evidence-world.ts';
import { intoSilicon, PRINTED } from '../support/silicon.ts';
import { makeWorld, samplePayload } from '../support/world.ts';
import { saveWorld } from '../signer/desk/child-world.ts';

const world = makeWorld();
const dir = mkdtempSync(join(tmpdir(), 'stella-key-'));
const put = (name: string, bytes: Uint8Array | string, mode = 0o600): string => {
  writeFileSync(join(dir, name), bytes, { mode });
  return join(dir, name);
};
const children: ChildProcess[] = [];
let origin = '';

const config: ConfigInput = {
  data: 'data',
  listen: { host: '127.0.0.1', port: 0 },
  tls: null,
  dev: true,
  chain: 'published.json',
  pin: world.pin,
  policy: 'policy.json',
  keys: { files: 'keys', pkcs11: [] },
  authority: { issuer: 'http://127.0.0.1:1', audience: 'signer', jwksUri: 'http://127.0.0.1:1/jwks' },
  poe: { introspectionUrl: 'http://127.0.0.1:1/introspect', ttlSeconds: 1 },
  release: { allowlist: 'allow.json' },
  logLevel: 'silent',
};

beforeAll(async () => {
  await saveWorld(world, dir);
  put('trusted.json', canonical(world.chain));
  put('published.json', canonical(world.chain));
  put('policy.json', JSON.stringify(world.policy));
  put('allow.json', '{"digests":[]}');
  put('pin', `${PRINTED}\n`);
  for (const who of Object.values(world.people)) intoSilicon(who, join(dir, 'virtual'));
  const child = spawn(process.execPath, ['signer/app/main.ts', put('config.json', JSON.stringify(config))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  origin = `http://127.0.0.1:${(JSON.parse(line.toString()) as { port: number }).port}`;
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const run = (args: readonly string[], input = '\n') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/main.ts', ...args], {
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

/** The arguments of an order; `change` replaces options, or leaves them out (null). */
function ordering(key = 'file:release', change: Record<string, string | null> = {}): string[] {
  const given: Record<string, string | null> = {
    signer: origin,
    directory: join(dir, 'trusted.json'),
    pin: world.pin,
    officer: 'ana',
    reason: 'A backup of the key was found on a share.',
    virtual: join(dir, 'virtual'),
    'pin-file': join(dir, 'pin'),
    ...change,
  };
  const options = Object.entries(given).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, value],
  );
  return ['key', 'suspend', key, ...options];
}
const list = (...args: string[]) => {
  const { status, stdout, stderr } = run(['key', 'list', '--json', ...args]);
  if (status !== 0) throw new Error(stderr);
  const { keys } = JSON.parse(stdout) as { keys: { name: string; suspended: { officer: string } | null }[] };
  return Object.fromEntries(keys.map(({ name, suspended }) => [name, suspended?.officer ?? null]));
};
const at = () => ['--signer', origin, '--pin', world.pin];

describe('what is not an order', () => {
  test.each([
    ['no key', 2, 'usage', ['key', 'suspend', '--officer', 'ana']],
    ['an unknown command', 2, 'usage', ['key', 'lift']],
    ['an option twice', 2, 'usage', ['key', 'list', '--pin', 'a', '--pin', 'b']],
  ])('%s', (_what, status, code, args) => {
    expect(run(args)).toMatchObject({
      status,
      stdout: '',
      stderr: expect.stringContaining(`code: ${code}`) as string,
    });
  });

  test.each<[string, number, string, string | undefined, Record<string, string | null>]>([
    ['without a reason', 2, 'usage', undefined, { reason: null }],
    ['with a blank reason', 2, 'usage', undefined, { reason: '  ' }],
    ['a reason that is too long', 2, 'usage', undefined, { reason: 'x'.repeat(2001) }],
    ['without an officer', 2, 'usage', undefined, { officer: null }],
    ['an officer that is nobody', 1, 'officer_unknown', undefined, { officer: 'eve' }],
    ["another officer's device", 2, 'usage', undefined, { device: 'ben-key' }],
    ['a key that is not there', 1, 'key_unknown', 'file:other', {}],
    ['the key of the log', 1, 'key_use', 'file:log', {}],
    ['another pin', 1, 'directory_unpinned', undefined, { pin: `sha256:${'0'.repeat(64)}` }],
    ['http to another machine', 2, 'usage', undefined, { signer: 'http://signer.test:1' }],
    ['https without its CA', 2, 'usage', undefined, { signer: 'https://127.0.0.1:1' }],
    ['an address with a path', 2, 'usage', undefined, { signer: 'http://127.0.0.1:1/api' }],
    [
      'a CA that is none',
      2,
      'file_malformed',
      undefined,
      { signer: 'https://127.0.0.1:1', ca: 'package.json' },
    ],
    ['a Signer that is not there', 2, 'unreachable', undefined, { signer: 'http://127.0.0.1:1' }],
    ['no folder of keys', 2, 'file_missing', undefined, { virtual: '/nowhere' }],
    ['no PIN, and no terminal', 2, 'usage', undefined, { 'pin-file': null }],
  ])('%s: %i %s', (_what, status, code, key, change) => {
    const done = run(ordering(key, change));
    expect(done).toMatchObject({ status, stdout: '' });
    expect(done.stderr).toContain(`code: ${code}`);
    expect(done.stderr).not.toContain(PRINTED);
    expect(list(...at())['file:release']).toBeNull();
  });

  test('a wrong PIN, and a touch that nobody gives', () => {
    const wrong = put('wrong', '0000-0000');
    expect(run(ordering(undefined, { officer: 'dan', 'pin-file': wrong }))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('code: pin_invalid') as string,
    });
    expect(run(ordering(), '')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('code: cancelled') as string,
    });
    expect(list(...at())['file:release']).toBeNull();
  });

  test('Ctrl-C while the touch is awaited cancels: nothing is sent, and no process stays', async () => {
    const child = spawn(process.execPath, ['cli/main.ts', ...ordering()], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    child.stderr.on('data', (part: Buffer) => void (said += part.toString()));
    await expect.poll(() => said, { timeout: 10_000 }).toContain('press Enter');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(2);
    expect(said).toContain('code: cancelled');
    expect(list(...at())['file:release']).toBeNull();
  });
});

describe('a Signer that lies', () => {
  let server: Server;
  afterEach(() => void server.close());
  const lie = async (answer: string, status = 200): Promise<string> => {
    server = createServer((_request, response) => void response.writeHead(status).end(answer)).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const suspendAt = (signer: string) =>
    new Promise<{ code: number | null; said: string; out: string }>((resolve) => {
      const child = spawn(process.execPath, [
        'cli/main.ts',
        ...ordering(undefined, { signer, officer: 'ben' }),
      ]);
      children.push(child);
      let [said, out] = ['', ''];
      child.stderr.on('data', (part: Buffer) => void (said += part.toString()));
      child.stdout.on('data', (part: Buffer) => void (out += part.toString()));
      child.on('close', (code) => resolve({ code, said, out }));
      child.stdin.end('\n');
    });

  test.each([
    ['nonsense', 200, 'hello', 1, 'json_malformed'],
    ['an empty object', 200, '{}', 1, 'schema'],
    ['an unknown problem', 500, '{"code":"nothing"}', 2, 'version'],
    ['a redirect', 302, '', 2, 'unreachable'],
    ['a problem of ours', 409, '{"code":"suspension_over","detail":"x"}', 1, 'suspension_over'],
  ])('%s is not taken for a suspension', async (_what, status, answer, exit, code) => {
    const { said, out, code: got } = await suspendAt(await lie(answer, status));
    expect(said).toContain(`code: ${code}`);
    expect(said).toContain(exit === 1 ? 'REFUSED: ' : 'Not known to be suspended: ');
    expect(said.includes('The order may have arrived.')).toBe(exit === 2);
    expect([got, out]).toEqual([exit, '']);
  });
});

describe('an order', () => {
  test('stops the key: said before the touch, proved after it, and told by list, directory and verify', () => {
    const done = run(ordering());
    expect(done.status, done.stderr).toBe(0);
    expect(done.stderr).toContain(
      'Stops the Signer from signing with file:release for 24 hours. A quorum can make it final or lift it.',
    );
    expect(done.stdout).toMatch(
      /^Suspended: nothing is signed with file:release until .*Z \(leaf \d+\)\.\norder sha256:/,
    );
    expect(list(...at())).toMatchObject({ 'file:release': 'ana', 'file:release-approved': null });
    expect(run(['key', 'list', ...at()]).stdout).toMatch(/SUSPENDED until .* by ana: A backup of the key/);
    // What the Signer wrote beside itself says the same, with nobody asked.
    const file = join(dir, 'published.json');
    expect(list('--directory', file, '--pin', world.pin)['file:release']).toBe('ana');

    // Somebody who holds the key signs on; the directory as it was before knows nothing of it, the newer one does.
    const stolen = put('stolen.json', canonical(bundleBy(world, 'file:release', samplePayload())));
    const check = (directory: string) => {
      const artifact = put('app.tgz', 'app.tgz');
      const told = run([
        'verify',
        '--bundle',
        stolen,
        '--artifact',
        artifact,
        '--directory',
        directory,
        '--json',
      ]);
      return { status: told.status, ...(JSON.parse(told.stdout) as { code?: string }) };
    };
    expect(check(join(dir, 'trusted.json')).status).toBe(0);
    expect(check(file)).toMatchObject({ status: 1, code: 'key_proof_missing' });
    const edited = JSON.parse(readFileSync(file, 'utf8')) as { suspensions: { leaf: { index: number } }[] };
    edited.suspensions[0]!.leaf.index += 1;
    expect(check(put('edited.json', JSON.stringify(edited)))).toMatchObject({
      status: 1,
      code: 'suspension_invalid',
    });
  });

  test('of any other officer, with --json, for another key', () => {
    const done = run([...ordering('file:release-approved', { officer: 'dan' }), '--json']);
    expect(done.status, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ suspended: 'file:release-approved' });
    expect(list(...at())['file:release-approved']).toBe('dan');
  });
});

test('help says what there is', () => {
  expect(run(['key', '--help'])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('--pin-file') as string,
  });
  expect(run(['--help']).stdout).toMatch(/^  key +list/m);
});
