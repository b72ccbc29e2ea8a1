// Attacks on a ceremony that runs: the wrong hands, the wrong order, another process, an HSM that is not as it should be.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openCeremony } from '../../ceremony/ceremony.ts';
import { makeOpening, type Wish } from '../../ceremony/opening.ts';
import type { CeremonyPorts, RunningCeremony } from '../../ceremony/ports.ts';
import { placesIn, readRehearsal } from '../../ceremony/rehearsal/rehearsal.ts';
import { verifyTranscript } from '../../core/ceremony/verify.ts';
import { PROPOSAL_TYPE, draftNext, type Proposal } from '../../core/trust/proposal.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { AppendFile } from '../../ports/files.ts';
import { needs, softhsm } from '../support/needs.ts';
import { SCRIPT } from '../support/ceremony-world.ts';
import {
  copyOf,
  hold,
  keysOn,
  linesIn,
  openTestWorld,
  openingFor,
  personIn,
  rehearsalFolder,
  remove,
  upTo,
  type TestWorld,
} from './stage.ts';

needs('SoftHSM', softhsm)('a ceremony under attack', () => {
  let base: string;
  let world: TestWorld;
  let running: RunningCeremony | undefined;
  beforeAll(async () => {
    base = await rehearsalFolder();
  }, 120_000);
  afterAll(() => remove(base));
  beforeEach(async () => {
    world = await openTestWorld(copyOf(base));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await running?.close();
    running = undefined;
    await world.close();
    remove(world.folder);
  });

  /** A new ceremony, at the step, with other ports where a test wants them. */
  async function at(step: string, change: Partial<CeremonyPorts> = {}): Promise<RunningCeremony> {
    const ports = { ...world.ports, ...change };
    running = await openCeremony(world.folder, await openingFor(world), ports);
    await upTo(running, step);
    return running;
  }

  async function expectDone(ceremony: RunningCeremony): Promise<void> {
    await hold(ceremony);
    const trust = await world.ports.board.trust();
    expect(verifyTranscript(nodeCrypto, trust, 'rehearsal', ceremony.transcript()).outcome).toBe('done');
    expect(await keysOn(world, ceremony.transcript().opening.token)).toHaveLength(2);
  }

  test('a device of another person signs nothing, and leaves nothing', async () => {
    let swap = true;
    const ceremony = await at('gather', {
      hand: (person, name, object, signal) => {
        const { opening } = ceremony.state();
        const other = personIn(opening, person.role === 'witness' ? 'operator' : 'witness');
        return world.ports.hand(swap ? other : person, name, object, signal);
      },
    });
    await ceremony.say('done');
    const lines = linesIn(world.folder);
    await expect(ceremony.sign('operator')).toRejectCode('ceremony_step');
    expect(linesIn(world.folder)).toEqual(lines);
    swap = false;
    await expectDone(ceremony);
  }, 120_000);

  const people = async (): Promise<Wish> => {
    const { people: three, key, token } = (await readRehearsal(world.folder))!;
    return { kind: 'rehearsal', script: SCRIPT, people: three, key, token, overlapDays: 30 };
  };

  test.each([
    ['one device in two roles', ['ana', 'ana'], ['ben', 'ana'], ['cai', 'cai']],
    ['one person in two roles', ['ana', 'ana'], ['ana', 'ana'], ['cai', 'cai']],
    ['a witness who acts', ['cai', 'cai'], ['ben', 'ben'], ['ana', 'ana']],
    ['a device that nobody has', ['ana', 'dan'], ['ben', 'ben'], ['cai', 'cai']],
    ['a person that nobody knows', ['dan', 'ana'], ['ben', 'ben'], ['cai', 'cai']],
  ])('%s: not opened', async (_what, operator, custodian, witness) => {
    const wish = await people();
    const named = [
      { role: 'operator' as const, officer: operator[0]!, device: `${operator[1]}-key` },
      { role: 'custodian' as const, officer: custodian[0]!, device: `${custodian[1]}-key` },
      { role: 'witness' as const, officer: witness[0]!, device: `${witness[1]}-key` },
    ];
    await expect(makeOpening(world.ports, { ...wish, people: named })).toRejectCode('ceremony_person');
    const opening = { ...(await openingFor(world)), people: named };
    await expect(openCeremony(world.folder, opening, world.ports)).toRejectCode('ceremony_person');
  });

  test('an opening over what is not so: another Signer, another key, a checkpoint of another log', async () => {
    const opening = await openingFor(world);
    const open = (change: object) => openCeremony(world.folder, { ...opening, ...change }, world.ports);
    await expect(open({ signer: `sha256:${'0'.repeat(64)}` })).toRejectCode('signer_mismatch');
    await expect(open({ key: 'file:log' })).toRejectCode('key_use');
    await expect(open({ key: 'file:nobody' })).toRejectCode('key_unknown');
    await expect(open({ checkpoint: opening.checkpoint.replace('\n1\n', '\n2\n') })).toRejectCode(
      'signature_invalid',
    );
    await expect(openCeremony(world.folder, null, world.ports)).toRejectCode('ceremony_folder');
  });

  test('out of turn: nothing is done, said or signed that is not next', async () => {
    const ceremony = await at('gather');
    await expect(ceremony.sign('operator')).toRejectCode('ceremony_turn');
    await expect(ceremony.unsay()).toRejectCode('ceremony_turn');
    await expect(ceremony.say('yes')).toRejectCode('ceremony_step');
    await expect(ceremony.say('exception', ' ')).toRejectCode('ceremony_step');
    // what could not be read again is not written
    const lines = linesIn(world.folder);
    await expect(ceremony.say('stopped', 'x'.repeat(2001))).toRejectCode('schema');
    await expect(ceremony.say('stopped', '\ud800')).rejects.toThrow();
    expect(linesIn(world.folder)).toEqual(lines);
    await ceremony.say('done');
    await expect(ceremony.say('done')).toRejectCode('ceremony_turn');
    await expect(ceremony.act()).toRejectCode('ceremony_turn');
    const signing = ceremony.sign('operator');
    await expect(ceremony.sign('custodian')).toRejectCode('ceremony_turn');
    await signing;
    await expect(ceremony.sign('operator')).toRejectCode('ceremony_turn');
    await expect(ceremony.unsay()).toRejectCode('ceremony_turn');
    await upTo(ceremony, 'check-hsm');
    await expect(ceremony.say('done')).toRejectCode('ceremony_output');
    await upTo(ceremony, 'right-hsm');
    await expect(ceremony.act()).toRejectCode('ceremony_turn');
    await ceremony.say('yes');
    await expect(ceremony.sign('custodian')).toRejectCode('ceremony_turn');
    await upTo(ceremony, 'generate');
    await expect(ceremony.say('exception', 'no key today')).toRejectCode('ceremony_output');
    await expectDone(ceremony);
    await expect(ceremony.act()).toRejectCode('ceremony_turn');
    await expect(ceremony.say('done')).toRejectCode('ceremony_turn');
  }, 120_000);

  test('an exception and a stop are signed by everybody, with their reason', async () => {
    const ceremony = await at('check-hsm');
    await ceremony.act();
    await ceremony.unsay();
    await ceremony.say('exception', 'the label is worn');
    expect(ceremony.state().pending?.missing).toEqual(['operator', 'custodian', 'witness']);
    expect(ceremony.state().pending?.step.output?.act).toBe('check-hsm');
    await upTo(ceremony, 'endorse');
    await ceremony.say('exception', 'the old HSM is broken');
    await upTo(ceremony, 'decide');
    await ceremony.say('stopped', 'the fire bell rang');
    await hold(ceremony);
    const verdict = verifyTranscript(
      nodeCrypto,
      await world.ports.board.trust(),
      'rehearsal',
      ceremony.transcript(),
    );
    expect(verdict).toMatchObject({ outcome: 'stopped', why: 'the fire bell rang', newKey: null });
    expect(verdict.exceptions.map(({ reason }) => reason)).toEqual([
      'the label is worn',
      'the old HSM is broken',
    ]);
  }, 120_000);

  test('another process on the folder is refused, until the first is gone', async () => {
    const ceremony = await at('gather');
    await expect(openCeremony(world.folder, null, world.ports)).toRejectCode('data_locked');
    await ceremony.close();
    running = await openCeremony(world.folder, null, world.ports);
    expect(running.state().place).toMatchObject({ at: 'step' });
  });

  test('an HSM that is not there, and comes back', async () => {
    const ceremony = await at('check-hsm');
    const tokens = join(world.folder, 'hsm', 'tokens');
    renameSync(tokens, `${tokens}.away`);
    mkdirSync(tokens);
    const empty = await openTestWorld(world.folder); // SoftHSM looks for its tokens when it is loaded
    await ceremony.close();
    running = await openCeremony(world.folder, null, empty.ports);
    await expect(running.act()).toRejectCode('device_not_found');
    expect(running.state().undone?.code).toBe('device_not_found');
    await running.close();
    await empty.close();
    renameSync(`${tokens}.away`, join(world.folder, 'hsm', 'back'));
    execFileSync('rmdir', [tokens]);
    renameSync(join(world.folder, 'hsm', 'back'), tokens);
    running = await openCeremony(world.folder, null, world.ports);
    await expectDone(running);
  }, 120_000);

  test('a wrong PIN of the HSM, and of a device: asked again, nothing made twice', async () => {
    const ceremony = await at('generate');
    const { pins } = placesIn(world.folder);
    const right = (name: string) => readFileSync(join(pins, name), 'utf8');
    const [hsm, ben] = [right('hsm'), right('ben-key')];
    const set = (name: string, pin: string) => writeFileSync(join(pins, name), pin, { mode: 0o600 });
    set('hsm', '0000');
    await expect(ceremony.act()).toRejectCode('pin_invalid');
    expect(ceremony.state()).toMatchObject({ acting: false, undone: { code: 'pin_invalid' }, pending: null });
    set('hsm', hsm);
    await ceremony.act();
    set('ben-key', '000001');
    await expect(ceremony.sign('custodian')).toRejectCode('pin_invalid');
    expect(ceremony.state().pending?.signed).toEqual([]);
    set('ben-key', ben);
    await expectDone(ceremony);
  }, 120_000);

  const planned = (): string => {
    const line =
      linesIn(world.folder).find((one) => /"line":"begun".*"act":"generate-key"/.test(one)) ?? '{}';
    return (JSON.parse(line) as { plan: { id: string } }).plan.id;
  };

  function tool(...parameters: string[]): void {
    const { conf, pins } = placesIn(world.folder);
    const pin = readFileSync(join(pins, 'hsm'), 'utf8').trim();
    execFileSync(
      'pkcs11-tool',
      ['--module', module, '--token-label', 'rehearsal', '--login', '--pin', pin, ...parameters],
      { env: { ...process.env, SOFTHSM2_CONF: conf }, stdio: 'pipe' },
    );
  }
  let module = '';

  test('a key that another tool put under the planned id, and that can leave the HSM, is refused', async () => {
    ({ module } = (await readRehearsal(world.folder))!);
    let ready = false;
    const ceremony = await at('generate', {
      hsm: {
        ...world.ports.hsm,
        generate: async (serial, id, label, signal) => {
          if (!ready) throw Object.assign(new Error('the machine fell'), { ready });
          return world.ports.hsm.generate(serial, id, label, signal);
        },
      },
    });
    await expect(ceremony.act()).rejects.toThrow('the machine fell');
    ready = true;
    expect(ceremony.state().undone?.code).toBe('ceremony_interrupted');
    const id = planned();
    tool('--keypairgen', '--key-type', 'EC:prime256v1', '--id', id, '--label', 'planted', '--extractable');
    const lines = linesIn(world.folder);
    await expect(ceremony.act()).toRejectCode('ceremony_output');
    await expect(ceremony.act()).toRejectCode('ceremony_output');
    expect(linesIn(world.folder)).toEqual(lines);
    tool('--delete-object', '--type', 'pubkey', '--id', id);
    await expect(ceremony.act()).toRejectCode('key_not_found'); // half a pair is no key, and is not passed over
    tool('--delete-object', '--type', 'privkey', '--id', id);
    await ceremony.act();
    expect(planned()).toBe(id);
    await expectDone(ceremony);
  }, 120_000);

  test('an id that is taken before the HSM is first asked is not taken for ours', async () => {
    ({ module } = (await readRehearsal(world.folder))!);
    const id = '11'.repeat(16);
    tool('--keypairgen', '--key-type', 'EC:prime256v1', '--id', id, '--label', 'planted');
    const random = (bytes: number) =>
      bytes === 16 ? new Uint8Array(16).fill(0x11) : world.ports.random(bytes);
    const ceremony = await at('generate', { random });
    await expect(ceremony.act()).toRejectCode('key_ambiguous');
  }, 120_000);

  test('a clock that goes back: said, and gone on with when it is right', async () => {
    let back = 0;
    const ceremony = await at('check-hsm', { now: () => new Date(Date.now() - back) });
    back = 3_600_000;
    await expect(ceremony.act()).toRejectCode('ceremony_clock');
    expect(ceremony.state().pending).toBeNull();
    await expect(ceremony.say('stopped', 'the clock')).toRejectCode('ceremony_clock');
    back = 0;
    await upTo(ceremony, 'decide');
    back = 3_600_000;
    await expect(ceremony.act()).toRejectCode('ceremony_clock');
    back = 0;
    await expectDone(ceremony);
  }, 120_000);

  test('a disk that is full: nothing is touched before its line, nothing twice after it', async () => {
    let generated = 0;
    const ceremony = await at('generate', {
      hsm: {
        ...world.ports.hsm,
        generate: (serial, id, label, signal) => {
          generated += 1;
          return world.ports.hsm.generate(serial, id, label, signal);
        },
      },
    });
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const { appendDurable: real } = Object.getOwnPropertyDescriptors(AppendFile.prototype);
    const disk = vi.spyOn(AppendFile.prototype, 'appendDurable').mockRejectedValueOnce(full);
    await expect(ceremony.act()).toRejectCode('ceremony_unwritable');
    expect(generated).toBe(0);
    disk.mockImplementation(function appendDurable(this: AppendFile, line: Uint8Array) {
      return Buffer.from(line).includes('"made"') ? Promise.reject(full) : real.value!.call(this, line);
    });
    await expect(ceremony.act()).toRejectCode('ceremony_unwritable');
    expect([generated, ceremony.state().pending]).toEqual([1, null]);
    disk.mockRestore();
    await ceremony.act();
    expect(generated).toBe(1);
    const lines = linesIn(world.folder);
    vi.spyOn(AppendFile.prototype, 'appendDurable').mockRejectedValueOnce(full);
    await expect(ceremony.sign('custodian')).toRejectCode('ceremony_unwritable');
    expect([linesIn(world.folder), ceremony.state().pending?.signed]).toEqual([lines, []]);
    await expectDone(ceremony);
  }, 120_000);

  test('an HSM that says more than a step can hold is refused, not written', async () => {
    const ceremony = await at('check-hsm', {
      hsm: {
        ...world.ports.hsm,
        check: async (serial) => ({ ...(await world.ports.hsm.check(serial)), label: 'x'.repeat(201) }),
      },
    });
    await expect(ceremony.act()).toRejectCode('schema');
    await ceremony.close();
    running = await openCeremony(world.folder, null, world.ports);
    await expectDone(running);
  }, 120_000);

  test('another version came into force meanwhile: said, and decided afresh', async () => {
    const ceremony = await at('decide');
    const { officer } = personIn(ceremony.state().opening, 'operator');
    // somebody else's change, by the same quorum: the witness gets another role
    const { latest } = await world.ports.board.trust();
    const directory = draftNext(nodeCrypto, latest, new Date().toISOString(), {
      officers: latest.officers.map((one) =>
        one.id === 'cai' ? { ...one, roles: ['witness', 'auditor'] } : one,
      ),
    });
    const signatures = await Promise.all(
      (['operator', 'custodian'] as const).map(async (role) => {
        const person = personIn(ceremony.state().opening, role);
        const proof = await world.ports.hand(person, 'directory', directory);
        return { officer: person.officer, device: person.device, proof };
      }),
    );
    const proposal: Proposal = {
      _type: PROPOSAL_TYPE,
      directory,
      enrolments: [],
      proposedBy: officer,
      signatures,
    };
    let first = true;
    const { opening } = ceremony.state();
    await ceremony.close();
    running = await openCeremony(world.folder, null, {
      ...world.ports,
      hand: async (person, name, object, signal) => {
        // between the two signatures over the version
        if (name === 'directory' && person.role === 'custodian' && first) {
          first = false;
          await world.ports.board.publish(proposal, opening.checkpoint);
          throw Object.assign(new Error('ben looks up'), {});
        }
        return world.ports.hand(person, name, object, signal);
      },
    });
    await expect(running.act()).rejects.toThrow('ben looks up');
    await expect(running.act()).toRejectCode('proposal_stale');
    expect(running.state().undone?.code).toBe('proposal_stale');
    await expectDone(running);
    expect((await world.ports.board.trust()).latest.version).toBe(3);
  }, 120_000);
});
