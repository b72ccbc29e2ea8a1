// What does not hold although all three signed it: weak keys, other statements, versions, logs.
import { describe, expect, test } from 'vitest';
import { checkOutput, type Made } from '../../../core/ceremony/verify-outputs.ts';
import type { KeyAttributes } from '../../../core/key/attributes.ts';
import { digestOf } from '../../../core/json/digest.ts';
import { keyId } from '../../../core/key/keyid.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { isAt, refusal } from '../../support/ceremony-refusal.ts';
import { OPENED, changed, playCeremony, type Plot } from '../../support/ceremony-world.ts';
import { MiniLog } from '../../support/evidence-world.ts';
import { softKey } from '../../support/keys.ts';
import { makeWorld, newRequestId, successor } from '../../support/world.ts';

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
    ['lets the window end later', (next) => void (next.keys[0]!.notAfter = '2036-01-01T00:00:00.000Z')],
    ['gives the new key to all tenants', (next) => void next.keys.at(-1)!.tenants.push('acme')],
    ['frees the new key of approval', (next) => void (next.keys.at(-1)!.sibling = null)],
    ['puts another key in', (next) => void (next.keys.at(-1)!.key = softKey().key)],
    ['says that it replaces nothing', (next) => void delete next.keys.at(-1)!.replaces],
    ['lowers its own quorum', (next) => void (next.change = { ...next.change, approvals: 1 })],
  ])('%s', (_name, decides) => isAt({ decides }, 'step 6 (decide)', 'ceremony_output'));

  test('cannot let the old key stay active: no chain has such a version', () => {
    const decides: Plot['decides'] = (next) => void (next.keys[0]!.state = 'active');
    expect(() => refusal({ decides })).toThrowCode('directory_invalid');
  });

  test.each<[string, Plot['output']]>([
    [
      'another digest',
      changed('decide-directory', (made) => void (made.digest = `sha256:${'0'.repeat(64)}`)),
    ],
    ['another end of the window', changed('decide-directory', (made) => void (made.notAfter = OPENED))],
  ])('is told with %s', (_name, output) => expect(refusal({ output: output! })).not.toBe('it holds'));

  test('is told with another number', () => {
    const output = changed('decide-directory', (made) => void (made.version = 3));
    expect(refusal({ output })).toContain('step 6 (decide): decide-directory: version');
  });

  test('is the one before', () => {
    const world = makeWorld();
    const back = changed('decide-directory', (made) =>
      Object.assign(made, { version: 1, digest: world.pin }),
    );
    expect(refusal({ world, output: back })).not.toBe('it holds');
  });

  test('is older than the one under which the ceremony was opened', () => {
    const world = makeWorld();
    const { ana, ben } = world.people;
    const chain = successor(world.chain, (next) => void (next.officers[3]!.name = 'Dan'), [ana, ben]);
    const second = digestOf(nodeCrypto, chain.versions.at(-1)!.directory);
    const plot = { world: { ...world, chain }, opening: { directory: second } };
    expect(refusal(plot)).toBe('it holds');
    const back = changed('decide-directory', (made) => Object.assign(made, { version: 2, digest: second }));
    isAt({ ...plot, output: back }, 'step 6 (decide)', 'ceremony_output');
    expect(refusal({ ...plot, output: back })).toContain('an older version');
  });

  test('follows one that has another key under the old name', () => {
    const between: NonNullable<Plot['between']> = (next) => void (next.keys[0]!.key = softKey().key);
    isAt({ between }, 'step 6 (decide)', 'ceremony_output');
    expect(refusal({ between })).toContain('another key under the old name');
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
  ])('%s', (_name, plot) =>
    expect(refusal(plot)).toMatch(
      /^(ceremony_output|schema) .*step 7 \(publish\)|^ceremony_output .*publish/,
    ),
  );

  test('is told of another version than was decided', () =>
    expect(refusal(published((made) => void (made.version = 3)))).toContain(
      'another version than was decided',
    ));

  test('has something else there, truly', () => {
    let kept: MiniLog | undefined;
    const logAfter: NonNullable<Plot['logAfter']> = (log) => (kept = log);
    const other = published((made) => void (made.leaf = kept!.leaf(3)));
    expect(refusal({ logAfter, ...other })).toContain('the leaf is of something else');
  });

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

test('an act that rests on what was not made is refused, whatever the script was', () => {
  const { trust, opening, steps } = playCeremony();
  const ground = { crypto: nodeCrypto, trust, opening };
  for (const { step } of steps) {
    const { output } = step;
    if (output === null || ['check-hsm', 'generate-key', 'read-words'].includes(output.act)) continue;
    expect(() => checkOutput(ground, {}, step, output), output.act).toThrowCode('ceremony_output');
  }
  const generated = steps[3]!.step.output;
  const decide = steps[6]!.step;
  if (generated?.act !== 'generate-key' || decide.output === null) throw new Error('another order');
  // the key is there, its possession is not
  expect(() => checkOutput(ground, { 'generate-key': generated }, decide, decide.output!)).toThrowCode(
    'ceremony_output',
  );
});

test('a key that is made again voids what rested on the one before', () => {
  const { trust, opening, steps } = playCeremony();
  const ground = { crypto: nodeCrypto, trust, opening };
  let made: Made = {};
  for (const { step } of steps) if (step.output) made = checkOutput(ground, made, step, step.output);
  expect(Object.keys(made)).toHaveLength(7);
  const again = steps[3]!.step;
  expect(Object.keys(checkOutput(ground, made, again, again.output!)).toSorted()).toEqual([
    'check-hsm',
    'generate-key',
    'read-words',
  ]);
});
