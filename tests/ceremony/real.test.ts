// A real ceremony at a terminal against a Signer that runs: the new key signs at once, and the transcript verifies as real.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Crew } from '../../demo/crew/crew.ts';
import { install, type Installation } from '../../demo/setup/install.ts';
import { officerIds } from '../../demo/setup/people.ts';
import { startServers, startSigner, type Signer } from '../../demo/setup/servers.ts';
import { ask, endpointOf } from '../../ceremony/boards/https.ts';
import { openSignerBoard } from '../../ceremony/boards/signer.ts';
import { keyNamed } from '../../core/directory/lookup.ts';
import { canonical } from '../../core/json/canonical.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { needs, softhsm } from '../support/needs.ts';
import { everything, sit, stella, typed } from './terminal.ts';

const SCRIPT = 'assets/ceremonies/rotate-signing-key.yaml';

needs('SoftHSM', softhsm)('a real ceremony at a terminal', () => {
  let crew: Crew;
  let home: string;
  let made: Installation;
  let signer: Signer;
  beforeAll(async () => {
    crew = new Crew();
    home = mkdtempSync(join(tmpdir(), 'ceremony-real-'));
    made = await install(crew, home, new Date());
    signer = await startSigner(crew, made, await startServers(crew));
    const pins = join(home, 'pins');
    mkdirSync(pins, { mode: 0o700 });
    for (const id of officerIds)
      writeFileSync(join(pins, `${id}-key`), made.people[id].key.pin, { mode: 0o600 });
    writeFileSync(join(pins, 'hsm'), made.keys.token?.pin ?? '', { mode: 0o600 });
  }, 120_000);
  afterAll(async () => {
    await crew.end();
    rmSync(home, { recursive: true, force: true });
  });

  const board = () =>
    openSignerBoard({
      crypto: nodeCrypto,
      url: signer.url,
      ca: [made.certificates.ca],
      pin: made.trust.pin,
    });

  const run = (folder: string): string[] => {
    const options = {
      folder,
      signer: signer.url,
      ca: made.places.ca,
      pin: made.trust.pin,
      key: made.keys.release,
      token: made.keys.token?.serial ?? '',
      module: made.keys.token?.module ?? '',
      'overlap-days': '7',
      operator: 'ana/ana-key',
      custodian: 'ben/ben-key',
      witness: 'cai',
      virtual: join(home, 'security-keys'),
      pins: join(home, 'pins'),
    };
    return ['run', SCRIPT, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
  };
  const env = () => ({ SOFTHSM2_CONF: made.keys.token?.conf ?? '' });

  test('interrupted by Ctrl-C, taken up again, published, verified offline as real', async () => {
    const folder = join(home, 'ceremony');
    const sitting = sit(run(folder), env());
    sitting.type(typed.gather + typed['check-hsm'] + typed['right-hsm']);
    await sitting.says('Step 3: generate');
    sitting.child.kill('SIGINT');
    const left = await sitting.ended;
    expect([left.status, left.err.includes(`resume --folder ${folder}`)]).toEqual([2, true]);
    expect(left.err).toContain('==== CEREMONY');
    expect(left.err).not.toContain('REHEARSAL');

    const rest = everything.slice((typed.gather + typed['check-hsm'] + typed['right-hsm']).length);
    const ended = await stella(['resume', '--folder', folder, '--pins', join(home, 'pins')], rest, {
      SOFTHSM2_CONF: '',
    });
    expect([ended.status, ended.err]).toEqual([0, expect.stringContaining('Touch the device now')]);
    expect(ended.out).toContain('Verified.');

    const { latest } = await board().trust();
    expect(latest.version).toBe(2);
    const fresh = latest.keys.find(({ replaces }) => replaces === made.keys.release)!;
    expect([fresh.state, keyNamed(latest, made.keys.release).state]).toEqual(['active', 'retiring']);

    // a stranger: the chain from the Signer, the transcript, no network
    const chain = join(home, 'chain.json');
    const answer = await fetchChain();
    writeFileSync(chain, answer);
    const transcript = join(folder, 'transcript.json');
    const verified = await stella(['verify', transcript, '--directory', chain, '--pin', made.trust.pin]);
    expect([verified.status, verified.err]).toEqual([0, '']);
    expect(verified.out).toContain(fresh.name);
    const asRehearsal = await stella(['verify', transcript, '--directory', chain, '--rehearsal']);
    expect([asRehearsal.status, asRehearsal.err]).toEqual([1, expect.stringContaining('ceremony_rehearsal')]);
    const older = join(home, 'version1.json');
    writeFileSync(older, canonical(made.trust.chain));
    const early = await stella(['verify', transcript, '--directory', older]);
    expect([early.status, early.err]).toEqual([2, expect.stringContaining('directory_older')]);

    // the end was reached: going on changes nothing
    const bytes = readFileSync(transcript);
    const again = await stella(['resume', '--folder', folder, '--pins', join(home, 'pins')], '', env());
    expect(again.status).toBe(0);
    expect(readFileSync(transcript).equals(bytes)).toBe(true);

    // the old key has been replaced; a second ceremony on it is not even opened
    const second = await stella(run(join(home, 'second')), '', env());
    expect([second.status, second.err]).toEqual([1, expect.stringContaining('key_use')]);
  }, 180_000);

  /** The chain as the Signer serves it, by the same bounded request. */
  async function fetchChain(): Promise<Uint8Array> {
    const endpoint = endpointOf(signer.url, [made.certificates.ca]);
    return ask(endpoint, { path: '/api/v1/signer/directory', most: 1 << 24, deadline: 10_000 });
  }
});
