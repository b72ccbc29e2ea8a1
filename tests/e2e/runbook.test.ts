// docs/runbooks/rotation.md as somebody follows it: each of its commands, in its order, against a Signer, SoftHSM and three people's keys.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SignedAnswer } from '../../contract/wire/sign.ts';
import type { Directory, SignerKey } from '../../core/directory/directory.ts';
import { Crew } from '../../demo/crew/crew.ts';
import { openCaller } from '../../demo/pipeline/caller.ts';
import { openClient, type Client } from '../../demo/pipeline/client.ts';
import { SBOM_TYPE } from '../../demo/pipeline/sbom.ts';
import { submit } from '../../demo/pipeline/submit.ts';
import { install, type Installation } from '../../demo/setup/install.ts';
import { officerIds } from '../../demo/setup/people.ts';
import { startServers, startSigner, type Signer } from '../../demo/setup/servers.ts';
import { PIPELINE, TENANT } from '../../demo/setup/trust.ts';
import { everything, typed } from '../ceremony/terminal.ts';
import { needs, program, softhsm } from '../support/needs.ts';
import { decide } from './quorum.ts';
import { blocksIn, missingLine, variablesIn, type Block } from './page.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs/runbooks/rotation.md'), 'utf8');
const blocks = blocksIn(page);
const curl = program('curl', '--version', 'apt-get install -y curl');

describe('the page', () => {
  test('tells of every variable, and uses every one that it tells of', () => {
    const told = [...page.matchAll(/^\| `\$([A-Z]+)` \|/gm)].map(([, name = '']) => name);
    const used = variablesIn(blocks.map(({ command }) => command).join(''));
    expect(used.sort()).toEqual(told.sort());
  });

  test('what it promises is looked for, in its order, and its variables are filled in', () => {
    const [block] = blocksIn('```sh\nx\n```\n\n```text\nkey $KEY ...\nthen (y)\n[2]\n```\n');
    expect(block).toEqual({ command: 'x\n', prints: ['key $KEY ...', 'then (y)'], status: 2 });
    const missing = (output: string) => missingLine(block!, output, { KEY: 'a.b' });
    expect(missing('key a.b c\nthen (y)')).toBeUndefined();
    expect(missing('key a.b\nthen y')).toBe('key $KEY ...');
    expect(missing('key axb c\nthen (y)')).toBe('key $KEY ...');
    expect(missing('then (y)\nkey a.b c')).toBe('then (y)');
    expect(() => blocksIn('```bash\nx\n```\n')).toThrow('neither');
  });
});

needs('SoftHSM and curl', () => softhsm() ?? curl())('the runbook of a rotation', () => {
  let crew: Crew;
  let home: string;
  let made: Installation;
  let signer: Signer;
  let client: Client;
  let values: Record<string, string>;
  /** What the last suspension's order is called. */
  let order = '';
  const ran = new Set<Block>();

  beforeAll(async () => {
    crew = new Crew();
    home = mkdtempSync(join(tmpdir(), 'runbook-'));
    made = await install(crew, join(home, 'installation'), new Date());
    const servers = await startServers(crew);
    signer = await startSigner(crew, made, servers);
    const caller = await openCaller({ token: servers.token, tenant: TENANT, subject: PIPELINE });
    client = openClient({ caller, ca: made.certificates.ca });
    mkdirSync(join(home, 'pins'), { mode: 0o700 });
    for (const id of officerIds)
      writeFileSync(join(home, 'pins', `${id}-key`), made.people[id].key.pin, { mode: 0o600 });
    writeFileSync(join(home, 'pins', 'hsm'), made.keys.token?.pin ?? '', { mode: 0o600 });
    mkdirSync(join(home, 'bin'));
    writeFileSync(
      join(home, 'bin', 'stella'),
      `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'cli/main.ts')}' "$@"\n`,
    );
    chmodSync(join(home, 'bin', 'stella'), 0o755);
    values = {
      SIGNER: signer.url,
      CA: made.places.ca,
      PIN: made.trust.pin,
      SCRIPT: join(root, 'assets/ceremonies/rotate-signing-key.yaml'),
      KEY: made.keys.release,
      TOKEN: made.keys.token?.serial ?? '',
      MODULE: made.keys.token?.module ?? '',
      OVERLAP: '30',
      OPERATOR: 'ana/ana-key',
      CUSTODIAN: 'ben/ben-key',
      WITNESS: 'cai',
      FOLDER: join(home, '2026-rotation'),
      HANDS: `--virtual ${join(home, 'installation', 'security-keys')}`,
      PINS: `--pins ${join(home, 'pins')}`,
      OFFICER: 'cai',
      PINFILE: `--pin-file ${join(home, 'pins', 'cai-key')}`,
    };
    signed['before'] = await sign('before');
  }, 240_000);
  afterAll(async () => {
    client.close();
    await crew.end();
    rmSync(home, { recursive: true, force: true });
  });

  const signed: Record<string, SignedAnswer> = {};

  /** What a pipeline asks and is given at once; its bundle and artifact lie where the page says. */
  async function sign(name: string, keyId?: string): Promise<SignedAnswer> {
    const sha256 = createHash('sha256').update(name).digest('hex');
    const { held, answer } = await submit(client, signer.base, {
      subject: [{ name, digest: { sha256 } }],
      predicateType: SBOM_TYPE,
      predicate: { bomFormat: 'CycloneDX' },
      scannerImageDigest: made.trusted,
      poe: { format: 'jwt', value: 'demo-entitlement' },
      options: { signingMode: 'keyful', returnBundle: true, ...(keyId === undefined ? {} : { keyId }) },
    });
    if (held) throw new Error('held');
    writeFileSync(join(home, `${name}.txt`), name);
    writeFileSync(join(home, `${name}.json`), JSON.stringify(answer.bundle));
    return answer;
  }

  async function fetchEvidence(name: string): Promise<void> {
    const { status, body } = await client.send('GET', `${signer.url}${signed[name]?.evidence ?? ''}`);
    expect(status).toBe(200);
    writeFileSync(join(home, `${name}-evidence.json`), body);
  }

  /** What pipelines do once the new key is there. */
  async function pipelinesGoOn(): Promise<void> {
    signed['overlap'] = await sign('overlap', values['KEY']);
    signed['after'] = await sign('after');
    values['NEWKEY'] = signed['after'].signer.keyId;
    expect([signed['overlap'].signer.keyId, values['NEWKEY'] === values['KEY']]).toEqual([
      values['KEY'],
      false,
    ]);
    for (const name of ['before', 'overlap', 'after']) await fetchEvidence(name);
  }

  /** What the page says of callers while the new key is suspended. */
  async function callersAreTold(): Promise<void> {
    await expect(sign('inside')).rejects.toThrow('409 key_suspended');
    expect((await sign('inside', values['KEY'])).signer.keyId).toBe(values['KEY']);
  }

  const place = () => ({
    url: signer.url,
    ca: made.certificates.ca,
    pin: made.trust.pin,
    keys: join(home, 'installation', 'security-keys'),
    pins: join(home, 'pins'),
  });
  const keyIn = ({ keys }: Directory, name: string | undefined): SignerKey =>
    keys.find((key) => key.name === name)!;

  /** What Lift does in a Console: a version that names the order. Then callers get signatures again. */
  async function lift(): Promise<void> {
    await decide(place(), ['ana', 'ben'], (next) => {
      keyIn(next, values['NEWKEY']).lifted = [order];
    });
    expect((await sign('lifted')).signer.keyId).toBe(values['NEWKEY']);
  }

  /** What Make final does, and what callers are told then. */
  async function makeFinal(): Promise<void> {
    await decide(place(), ['ana', 'ben'], (next) => {
      keyIn(next, values['KEY']).state = 'revoked';
    });
    await expect(sign('revoked', values['KEY'])).rejects.toThrow('403 key_replaced');
    await fetchEvidence('before');
  }

  interface Around {
    readonly input?: string;
    readonly after?: () => Promise<void>;
  }
  /** What is typed into a command, and what others do after it, by words of the command that no other has. */
  const around: Readonly<Record<string, Around>> = {
    'rehearse --folder rehearsal ': { input: `${typed.gather}go\nsign\n\n` },
    'resume --folder rehearsal ': {
      input: `\n${everything.slice((typed.gather + typed['check-hsm']).length)}`,
    },
    'rehearse --folder rehearsal-stop': { input: `${typed.gather}stop\nthe label is gone\nsign\n\n\n\n` },
    'ceremony run': { input: everything, after: pipelinesGoOn },
    'key suspend': { input: '\n', after: callersAreTold },
    'after-evidence.json --directory directory-suspended.json': { after: lift },
    'directory-lifted.json': { after: makeFinal },
  };
  const aroundOf = ({ command }: Block): Around =>
    Object.entries(around).find(([words]) => command.includes(words))?.[1] ?? {};

  async function run({ command }: Block, input: string): Promise<{ status: unknown; output: string }> {
    const child = spawn('sh', ['-c', `exec 2>&1; set -eu; ${command}`], {
      cwd: home,
      env: {
        PATH: [join(home, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
        SOFTHSM2_CONF: made.keys.token?.conf ?? '',
        ...values,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stdin.on('error', () => undefined); // it may end before it read everything
    child.stdin.end(input);
    const [status] = (await once(child, 'close')) as [unknown];
    return { status, output };
  }

  test.each(blocks.map((block, n) => [n + 1, block.command.split('\n')[0] ?? '', block] as const))(
    '%i: %s',
    async (_n, _title, block) => {
      const { input = '', after } = aroundOf(block);
      const { status, output } = await run(block, input);
      expect(status, output).toBe(block.status);
      expect(missingLine(block, output, values), output).toBeUndefined();
      order = /^order (sha256:\S+)$/m.exec(output)?.[1] ?? order;
      ran.add(block);
      await after?.();
    },
    120_000,
  );

  test('all of them ran, and nothing was prepared for a command that is not there', () => {
    expect(blocks.filter((block) => !ran.has(block))).toEqual([]);
    const nowhere = Object.keys(around).filter(
      (words) => blocks.filter(({ command }) => command.includes(words)).length !== 1,
    );
    expect(nowhere).toEqual([]);
  });
});
