// What does not hold although all three signed it: weak keys, other statements, versions, logs, people, times.
import { describe, expect, test } from 'vitest';
import type { Role } from '../../../core/ceremony/script.ts';
import type { CeremonyStep } from '../../../core/ceremony/step.ts';
import { verifyTranscript } from '../../../core/ceremony/verify.ts';
import type { KeyAttributes } from '../../../core/key/attributes.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { codeOf } from '../../support/matchers.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { OPENED, SCRIPT, changed, handsOf, playCeremony, type Plot } from '../../support/ceremony-world.ts';
import { MiniLog } from '../../support/evidence-world.ts';
import { softKey } from '../../support/keys.ts';
import { softSecurityKey } from '../../support/soft-devices.ts';
import { makeWorld, newRequestId } from '../../support/world.ts';

/** The refusal of a ceremony that was held so, as `code: detail`. */
function refusal(plot: Plot): string {
  const { trust, transcript } = playCeremony(plot);
  try {
    verifyTranscript(nodeCrypto, trust, 'real', transcript);
    return 'it holds';
  } catch (thrown) {
    return `${codeOf(thrown) ?? String(thrown)} ${thrown instanceof Error ? thrown.message : ''}`;
  }
}

const isAt = (plot: Plot, step: string, code: string): void => {
  const told = refusal(plot);
  expect(told).toMatch(new RegExp(`^${code} `));
  expect(told).toContain(step);
};

describe('the key', () => {
  const flips: (keyof KeyAttributes)[] = [
    'sensitive',
    'alwaysSensitive',
    'extractable',
    'neverExtractable',
    'local',
    'wrap',
    'unwrap',
    'sign',
  ];
  test.each(flips)('is not as it must be: %s', (name) => {
    const flip = changed('generate-key', ({ attributes }) => void (attributes[name] = !attributes[name]));
    isAt({ output: flip }, 'step 3 (generate)', 'ceremony_output');
    expect(refusal({ output: flip })).toContain(name);
  });
  test('may ask for its PIN each time, or not', () => {
    const asks = changed('generate-key', ({ attributes }) => void (attributes.alwaysAuthenticate = true));
    expect(refusal({ output: asks })).toBe('it holds');
  });

  const other = softKey();
  const edwards = softKey('ed25519');
  const world = makeWorld();
  test.each<[string, Plot]>([
    [
      'under another id',
      { output: changed('generate-key', (made) => void (made.keyid = keyId(nodeCrypto, other.key))) },
    ],
    [
      'not on P-256',
      {
        output: changed('generate-key', (made) => {
          made.key = edwards.key;
          made.keyid = keyId(nodeCrypto, edwards.key);
        }),
      },
    ],
    [
      'that says another algorithm than it is',
      { output: changed('generate-key', (made) => void (made.key = { ...made.key, alg: 'ed25519' })) },
    ],
    [
      'in another encoding',
      {
        output: changed('generate-key', (made) => {
          const longer = Buffer.concat([Buffer.from(made.key.spki, 'base64'), Buffer.of(0)]);
          made.key = { ...made.key, spki: longer.toString('base64') };
          made.keyid = keyId(nodeCrypto, made.key);
        }),
      },
    ],
    ...[
      'pkcs11:serial=ff;id=%01;type=private',
      'pkcs11:serial=0a1b2c3d4e5f6071;serial=ff;id=%01',
      'pkcs11:id=%01',
      'file:new',
      'pkcs11:serial=%ZZ;id=%01',
    ].map((name): [string, Plot] => [
      `on another token: ${name}`,
      { output: changed('generate-key', (made) => void (made.name = name)) },
    ]),
    [
      'that was there before',
      {
        world,
        output: changed('generate-key', (made) => {
          made.key = world.keys['file:release']!.key;
          made.keyid = keyId(nodeCrypto, made.key);
        }),
      },
    ],
  ])('%s', (_name, plot) => isAt(plot, 'step 3 (generate)', 'ceremony_output'));
});

describe('the HSM', () => {
  test('is another one than the opening names', () =>
    isAt(
      { output: changed('check-hsm', (made) => void (made.serial = 'ff')) },
      'step 1 (check-hsm)',
      'ceremony_output',
    ));
});

describe('what the keys say', () => {
  const world = makeWorld();
  test('possession, by another key', () =>
    isAt({ possessor: softKey() }, 'step 4 (possession)', 'ceremony_output'));
  test('endorsement, by another key, by the new key, by another key of the directory', () => {
    isAt({ endorser: softKey() }, 'step 5 (endorse)', 'ceremony_output');
    isAt({ world, endorser: world.keys['file:release-approved']! }, 'step 5 (endorse)', 'ceremony_output');
  });
  test('one in the place of the other', () => {
    const swap = changed(
      'endorse-key',
      (made) => void (made.envelope.payloadType = 'application/vnd.stella.key-possession+json'),
    );
    isAt({ output: swap }, 'step 5 (endorse)', 'ceremony_output');
  });
  test('for another ceremony', () => {
    const [before, { transcript }] = [newRequestId(), playCeremony({ world })];
    const old = transcript.steps.find(({ step }) => step.output?.act === 'endorse-key')!.step.output!;
    const replayed = (made: typeof old) => (made.act === 'endorse-key' ? old : made);
    isAt({ world, opening: { ceremony: before }, output: replayed }, 'step 5 (endorse)', 'ceremony_output');
  });
  test('signed twice over, or with a signature that is another form of it', () => {
    const twice = changed(
      'prove-possession',
      ({ envelope }) => void envelope.signatures.push({ keyid: 'x', sig: 'AAAA' }),
    );
    isAt({ output: twice }, 'step 4 (possession)', 'ceremony_output');
    const bent = changed('prove-possession', ({ envelope }) => void (envelope.signatures[0]!.sig = 'AAAA'));
    isAt({ output: bent }, 'step 4 (possession)', 'ceremony_output');
  });
});

describe('the version', () => {
  test.each<[string, NonNullable<Plot['decides']>]>([
    ['changes an officer too', (next) => void (next.officers[2]!.name = 'Mallory')],
    ['gives a role away', (next) => void next.officers[3]!.roles.push('security-officer')],
    ['adds a witness', (next) => void next.witnesses.push({ name: 'w', key: softKey('ed25519').key })],
    ['lets the old key stay active', (next) => void (next.keys[0]!.state = 'active')],
    ['lets the window end later', (next) => void (next.keys[0]!.notAfter = '2036-01-01T00:00:00.000Z')],
    ['gives the new key to all tenants', (next) => void next.keys.at(-1)!.tenants.push('acme')],
    ['frees the new key of approval', (next) => void (next.keys.at(-1)!.sibling = null)],
    ['puts another key in', (next) => void (next.keys.at(-1)!.key = softKey().key)],
    ['says that it replaces nothing', (next) => void delete next.keys.at(-1)!.replaces],
    ['lowers its own quorum', (next) => void (next.change = { ...next.change, approvals: 1 })],
  ])('%s', (_name, decides) => isAt({ decides }, 'step 6 (decide)', 'ceremony_output'));

  test.each<[string, Plot['output']]>([
    [
      'another digest',
      changed('decide-directory', (made) => void (made.digest = `sha256:${'0'.repeat(64)}`)),
    ],
    ['another number', changed('decide-directory', (made) => void (made.version = 3))],
    ['another end of the window', changed('decide-directory', (made) => void (made.notAfter = OPENED))],
  ])('is told with %s', (_name, output) => expect(refusal({ output: output! })).not.toBe('it holds'));

  test('is the one before', () => {
    const world = makeWorld();
    const back = changed('decide-directory', (made) =>
      Object.assign(made, { version: 1, digest: world.pin }),
    );
    expect(refusal({ world, output: back })).not.toBe('it holds');
  });

  test.each([
    ['before the opening', '2026-11-23T11:59:59.999Z'],
    ['after its step', '2026-11-23T12:07:00.001Z'],
  ])('is of a time %s', (_name, issuedAt) => {
    const days30 = new Date(Date.parse(issuedAt) + 30 * 86_400_000).toISOString();
    const decides: NonNullable<Plot['decides']> = (next) => {
      next.issuedAt = issuedAt;
      next.keys[0]!.notAfter = days30;
      next.keys.at(-1)!.notBefore = issuedAt;
    };
    const output = changed('decide-directory', (made) => void (made.notAfter = days30));
    isAt({ decides, output }, 'step 6 (decide)', 'ceremony_output');
  });
});

describe('the log', () => {
  const published = (change: Parameters<typeof changed<'publish-directory'>>[1]): Plot => ({
    output: changed('publish-directory', change),
  });
  const elsewhere: NonNullable<Plot['logAfter']> = (log) => {
    const other = new MiniLog(log.world);
    for (let n = 0; n < log.leaves.length; n++)
      other.append({ event: 'directory', version: 1, digest: log.world.pin });
    return other;
  };
  test.each<[string, Plot]>([
    ['is another one', { logAfter: elsewhere }],
    ['has no proof that it grew', published((made) => void (made.consistency = []))],
    ['has a proof too many', published((made) => void made.consistency.push(made.consistency[0]!))],
    ['does not have the leaf', published((made) => void (made.leaf.proof = []))],
    ['has it at another place', published((made) => void (made.leaf.index = 3))],
    ['has another version there', published((made) => void Object.assign(made.leaf.record, { version: 3 }))],
    [
      'has something else there',
      published(
        (made) =>
          void (made.leaf.record = { ...made.leaf.record, event: 'alarm', code: 'x', about: 'x' } as never),
      ),
    ],
    ['is told of another version than was decided', published((made) => void (made.version = 3))],
  ])('%s', (_name, plot) =>
    expect(refusal(plot)).toMatch(
      /^(ceremony_output|schema) .*step 7 \(publish\)|^ceremony_output .*publish/,
    ),
  );

  test('is signed by another log key', () => {
    const world = makeWorld();
    const forged = new MiniLog({ ...world, keys: { ...world.keys, 'file:log': softKey('ed25519') } });
    forged.append({ event: 'directory', version: 1, digest: world.pin });
    const plot = { world, opening: { checkpoint: forged.checkpoint() } };
    expect(refusal(plot)).toMatch(/^checkpoint_invalid /);
    const after = published((made) => void (made.checkpoint = forged.checkpoint()));
    expect(refusal({ world, ...after })).toMatch(/^checkpoint_invalid .*step 7 \(publish\)/);
  });
  test('is cosigned by a stranger', () => {
    const [world, stranger] = [makeWorld(), makeWorld().people.ana];
    const forged = new MiniLog(world);
    forged.append({ event: 'directory', version: 1, digest: world.pin });
    expect(refusal({ world, opening: { checkpoint: forged.checkpoint([stranger]) } })).toMatch(
      /^witness_unknown /,
    );
  });
  test('had the version before the ceremony was opened', () => {
    const world = makeWorld();
    const first = new MiniLog(world);
    for (let n = 0; n < 4; n++) first.append({ event: 'directory', version: 1, digest: world.pin });
    expect(refusal({ world, opening: { checkpoint: first.checkpoint() } })).toContain(
      'before the ceremony was opened',
    );
  });
});

describe('the people', () => {
  const world = makeWorld();
  const hands = handsOf(world);
  const people = (change: (all: { role: Role; officer: string; device: string }[]) => void) => {
    const all = Object.entries(hands).map(([role, { officer, device }]) => ({
      role: role as Role,
      officer,
      device: device.device.id,
    }));
    change(all);
    return { world, opening: { people: all } };
  };
  test.each<[string, Plot]>([
    ['one in two roles', people((all) => Object.assign(all[2]!, { officer: 'ana', device: 'ana-hsm' }))],
    ['one device twice', people((all) => Object.assign(all[2]!, { device: all[0]!.device }))],
    ['two operators', people((all) => Object.assign(all[2]!, { role: 'operator' }))],
    ['a stranger', people((all) => Object.assign(all[2]!, { officer: 'eve' }))],
    ['the device of another', people((all) => Object.assign(all[2]!, { device: 'cai-key' }))],
    [
      'an operator who may not change the directory',
      people((all) => {
        Object.assign(all[0]!, { officer: 'dan', device: 'dan-key' });
        Object.assign(all[2]!, { officer: 'ana', device: 'ana-key' });
      }),
    ],
  ])('%s', (_name, plot) => isAt(plot, '', 'ceremony_person'));

  test('a device that proves no person, as the directory sees it', () => {
    const strict = makeWorld();
    const directory = {
      ...strict.directory,
      change: { ...strict.directory.change, presence: ['touch' as const] },
    };
    expect(refusal({ between: (next) => void (next.change = directory.change) })).toMatch(
      /^ceremony_person .*ben-hsm/,
    );
  });
  test('one who was taken out between opening and decision', () => {
    isAt({ between: (next) => void (next.officers[3]!.devices = []) }, 'step 6 (decide)', 'ceremony_person');
    isAt(
      { quorum: ['ana', 'cai'], between: (next) => void (next.officers[1]!.roles = ['auditor']) },
      'step 6 (decide)',
      'ceremony_person',
    );
  });
  test('one whose device is another now, under the same name', () => {
    const other = softSecurityKey('dan-key');
    const between: NonNullable<Plot['between']> = (next) =>
      void (next.officers[3]!.devices = [other.device, ...next.officers[3]!.devices.slice(1)]);
    isAt({ between }, 'step 6 (decide)', 'ceremony_person');
  });

  test.each<[string, NonNullable<Plot['signers']>]>([
    ['too few', (roles) => roles.slice(0, -1).concat(roles.length === 2 ? roles[0]! : [])],
    ['in another order', (roles) => roles.toReversed()],
    [
      'one role in the place of another',
      (roles) => roles.map((role) => (role === 'witness' ? 'operator' : role)),
    ],
    ['one more than had to', (roles) => [...new Set<Role>([...roles, 'operator', 'custodian', 'witness'])]],
  ])('sign otherwise than the script wants: %s', (_name, signers) => {
    const told = refusal({ signers });
    expect(told).toMatch(/^ceremony_person .*step \d+ \(/);
  });
});

describe('a step', () => {
  const edit = (name: string, change: Partial<CeremonyStep>) => ({
    step: (step: CeremonyStep) => (step.step === name ? { ...step, ...change } : step),
  });
  const zero = `sha256:${'0'.repeat(64)}`;
  test.each<[string, Partial<CeremonyStep>, string]>([
    ['another Signer', { signer: zero }, 'ceremony_step'],
    ['another ceremony', { ceremony: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }, 'ceremony_step'],
    ['another script', { script: zero }, 'ceremony_step'],
    ['another number', { n: 7 }, 'ceremony_order'],
    ['another predecessor', { previous: zero }, 'ceremony_order'],
    ['another name', { step: 'publish' }, 'ceremony_order'],
    ['another text', { text: 'Have lunch.' }, 'ceremony_step'],
    ['other things to see', { see: ['Nothing.'] }, 'ceremony_step'],
    ['a time before the last', { at: OPENED }, 'ceremony_order'],
    [
      'an output of another act',
      { output: { act: 'read-words', digest: zero, words: Array.from({ length: 12 }, () => 'zoo') } },
      'ceremony_output',
    ],
    ['no output', { output: null }, 'ceremony_output'],
  ])('of %s', (_name, change, code) => isAt(edit('generate', change), 'step 3', code));

  test.each<[string, NonNullable<Plot['happens']>[string], string]>([
    ['an exception without a reason', { did: 'exception', reason: '' }, 'ceremony_step'],
    ['an exception with a reason of blanks', { did: 'exception', reason: ' \n' }, 'ceremony_step'],
    ['a stop without a reason', { did: 'stopped', reason: '' }, 'ceremony_step'],
    ['done, with a reason', { did: 'done', reason: 'because' }, 'ceremony_step'],
    ['done, with a blank for a reason', { did: 'done', reason: ' ' }, 'ceremony_step'],
    ['an answer to no question', { did: 'yes' }, 'ceremony_step'],
    [
      'an exception without what the key is',
      { did: 'exception', reason: 'later', bare: true },
      'ceremony_output',
    ],
  ])('that says %s', (_name, what, code) => {
    // the walk itself would refuse it: the step is signed as if it were another, then put in
    const { step } = edit('generate', {
      did: what.did ?? 'done',
      reason: what.reason ?? '',
      ...(what.bare ? { output: null } : {}),
    });
    const everybody: NonNullable<Plot['signers']> = (roles, { did }) =>
      did === 'exception' || did === 'stopped' ? ['operator', 'custodian', 'witness'] : roles;
    isAt({ step, signers: everybody, most: 4 }, 'step 3 (generate)', code);
  });

  test('of words that are not those of the step before', () => {
    const digest = changed('read-words', (made) => void (made.digest = zero));
    const words = changed('read-words', (made) => void made.words.reverse());
    isAt({ output: digest }, 'step 8 (read-aloud)', 'ceremony_output');
    isAt({ output: words }, 'step 8 (read-aloud)', 'ceremony_output');
  });
  test('after the end', () => {
    const { trust, transcript } = playCeremony({ happens: { gather: { did: 'stopped', reason: 'fire' } } });
    const more = { ...transcript, steps: [...transcript.steps, ...transcript.steps] };
    expect(() => verifyTranscript(nodeCrypto, trust, 'real', more)).toThrowCode('ceremony_order');
  });
  test('that is missing at the end', () => {
    for (let most = 0; most < 9; most++) {
      const { trust, transcript } = playCeremony({ most });
      expect(() => verifyTranscript(nodeCrypto, trust, 'real', transcript)).toThrowCode(
        'ceremony_incomplete',
      );
    }
  });
});

describe('the opening', () => {
  test.each<[string, Partial<Parameters<typeof playCeremony>[0] & object>['opening'], string]>([
    ['names another Signer', { signer: `sha256:${'0'.repeat(64)}` }, 'signer_mismatch'],
    ['names a key that is not there', { key: 'file:none' }, 'key_unknown'],
    ['names a key that is no release key', { key: 'file:log' }, 'key_use'],
    [
      'has a script that is not sound',
      { script: { ...SCRIPT, steps: SCRIPT.steps.slice(0, -1) } },
      'ceremony_script',
    ],
    ['has a checkpoint that is none', { checkpoint: 'signer.test/log\n' }, 'checkpoint_invalid'],
  ])('%s', (_name, opening, code) =>
    expect(refusal({ opening: opening!, most: 0 })).toMatch(new RegExp(`^${code} `)),
  );
  test('is later than the first step', () =>
    isAt({ opening: { openedAt: '2026-11-23T12:01:00.001Z' } }, 'step 0 (gather)', 'ceremony_order'));
});
