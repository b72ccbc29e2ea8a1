// Verifying a transcript: an honest one holds and says what it comes to; one that everybody signed may still not hold.
import { describe, expect, test } from 'vitest';
import type { Role } from '../../../core/ceremony/script.ts';
import { verifyTranscript } from '../../../core/ceremony/verify.ts';
import { pinOf, verifyChain, type DirectoryChain } from '../../../core/trust/chain.ts';
import type { Directory } from '../../../core/directory/directory.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { SCRIPT, changed, playCeremony, type Played, type Plot } from '../../support/ceremony-world.ts';
import { makeWorld, successor } from '../../support/world.ts';

const verify = ({ trust, transcript }: Played, kind: 'real' | 'rehearsal' = 'real') =>
  verifyTranscript(nodeCrypto, trust, kind, transcript);
const played = (plot: Plot) => () => verify(playCeremony(plot), plot.kind);

const NEW = 'pkcs11:serial=0a1b2c3d4e5f6071;id=%01%02%03;type=private';

describe('an honest transcript', () => {
  test('of a ceremony that was done', () => {
    const one = playCeremony();
    expect(verify(one)).toMatchObject({
      kind: 'real',
      environment: 'demo',
      ceremony: one.opening.ceremony,
      outcome: 'done',
      exceptions: [],
      key: 'file:release',
      newKey: NEW,
      decided: { version: 2, notAfter: '2026-12-23T12:07:00.000Z', inForce: true },
      opened: 1,
      directory: 2,
      checkpoint: 4,
      cosigners: ['signer.test/log/witness/ana-machine', 'signer.test/log/witness/ben-machine'],
    });
  });

  test('of a rehearsal, asked for as one', () => {
    const one = playCeremony({ kind: 'rehearsal' });
    expect(verify(one, 'rehearsal')).toMatchObject({ kind: 'rehearsal', outcome: 'done' });
  });

  test('of one that was abandoned as its script says', () => {
    const one = playCeremony({ happens: { 'right-hsm': { did: 'no' } } });
    expect(verify(one)).toMatchObject({ outcome: 'abandoned', newKey: null, decided: null, checkpoint: 2 });
  });

  test.each(SCRIPT.steps.flatMap((entry) => ('do' in entry ? [entry.do] : 'if' in entry ? [entry.if] : [])))(
    'of one that was stopped at %s',
    (name) => {
      const one = playCeremony({
        happens: { [name]: { did: 'stopped', reason: 'the alarm rang', bare: true } },
      });
      const late = ['publish', 'read-aloud'].includes(name);
      expect(verify(one)).toMatchObject({
        outcome: 'stopped',
        why: 'the alarm rang',
        newKey: late ? NEW : null,
      });
    },
  );

  test('of one whose decision nobody published: told, and in no chain', () => {
    const one = playCeremony({ happens: { publish: { did: 'stopped', reason: 'no network', bare: true } } });
    const before = { ...one, trust: one.world.trust };
    expect(verify(before)).toMatchObject({
      outcome: 'stopped',
      newKey: null,
      decided: { version: 2, inForce: false },
    });
    const another = successor(one.world.chain, (next) => void (next.officers[3]!.name = 'Dan'), [
      one.world.people.ana,
      one.world.people.ben,
    ]);
    const other = { ...one, trust: verifyChain(nodeCrypto, another, one.world.pin) };
    expect(verify(other)).toMatchObject({ outcome: 'stopped', newKey: null, decided: { inForce: false } });
  });

  test('with exceptions, each named', () => {
    const lost = { did: 'exception', reason: 'the old key is lost', bare: true } as const;
    const dark = { did: 'exception', reason: 'by lamp light' } as const;
    expect(verify(playCeremony({ happens: { endorse: lost, generate: dark } }))).toMatchObject({
      outcome: 'done',
      exceptions: [
        { n: 3, step: 'generate', reason: 'by lamp light' },
        { n: 5, step: 'endorse', reason: 'the old key is lost' },
      ],
    });
  });

  test('under a directory that changed between opening and decision', () => {
    const between = {
      between: (next: { officers: { name: string }[] }) => void (next.officers[2]!.name = 'Cai C.'),
    };
    expect(verify(playCeremony(between))).toMatchObject({ outcome: 'done', opened: 1, directory: 3 });
  });

  test('of a key whose window ends earlier than the overlap: it does not grow', () => {
    const end = '2026-12-01T00:00:00.000Z';
    const one = playCeremony({ between: (next) => void (next.keys[0]!.notAfter = end) });
    expect(verify(one).decided).toMatchObject({ notAfter: end });
    const late = changed('decide-directory', (made) => void (made.notAfter = '2026-12-23T12:07:00.000Z'));
    expect(played({ between: (next) => void (next.keys[0]!.notAfter = end), output: late })).toThrowCode(
      'ceremony_output',
    );
  });

  test('that leaves its verifier behind: the directory there is older', () => {
    const one = playCeremony();
    expect(() => verify({ ...one, trust: one.world.trust })).toThrowCode('directory_older');
    const later = playCeremony({ between: (next) => void (next.officers[2]!.name = 'C') });
    expect(() => verify({ ...later, trust: later.world.trust })).toThrowCode('directory_older');
  });
});

describe('a rehearsal is not real, nor the other way round', () => {
  const real = playCeremony();
  const rehearsal = playCeremony({ kind: 'rehearsal' });
  const types = (transcript: string, opening: string) => (one: Played) => ({
    ...one,
    transcript: {
      ...one.transcript,
      _type: transcript,
      opening: { ...one.transcript.opening, _type: opening },
    } as Played['transcript'],
  });
  const [realType, rehearsalType] = [real.transcript._type, rehearsal.transcript._type];
  const [realOpening, rehearsalOpening] = [real.opening._type, rehearsal.opening._type];

  test('as it is', () => {
    expect(() => verify(real, 'rehearsal')).toThrowCode('ceremony_rehearsal');
    expect(() => verify(rehearsal, 'real')).toThrowCode('ceremony_rehearsal');
  });
  test('with the type of the transcript edited', () => {
    expect(() => verify(types(realType, rehearsalOpening)(rehearsal))).toThrowCode('ceremony_rehearsal');
    for (const kind of ['real', 'rehearsal'] as const)
      expect(() => verify(types(rehearsalType, realOpening)(real), kind)).toThrowCode('ceremony_rehearsal');
  });
  test('with the type of the opening edited too', () => {
    expect(() => verify(types(realType, realOpening)(rehearsal))).toThrowCode('ceremony_order');
    expect(() => verify(types(rehearsalType, rehearsalOpening)(real), 'rehearsal')).toThrowCode(
      'ceremony_order',
    );
  });
  test('with all types edited and the chain mended, but not signed again', () => {
    const { world, transcript, trust } = rehearsal;
    // the same people, device by device, in a real ceremony: their rehearsal's proofs are put in
    const twin = playCeremony({ world, opening: { ...rehearsal.opening, _type: realOpening } });
    const steps = twin.steps.map((sealed, n) => ({
      ...sealed,
      signatures: transcript.steps[n]!.signatures,
    }));
    const forged = { ...twin.transcript, steps };
    expect(() => verifyTranscript(nodeCrypto, trust, 'real', forged)).toThrowCode('ceremony_step');
  });
  test.each<Role[]>([
    ['operator'],
    ['custodian'],
    ['witness'],
    ['operator', 'custodian'],
    ['operator', 'witness'],
  ])('signed again by %s %s alone', (...again) => {
    const { world, transcript } = rehearsal;
    const twin = playCeremony({ world, opening: { ...rehearsal.opening, _type: realOpening } });
    const steps = twin.steps.map((sealed, n) => ({
      ...sealed,
      signatures: sealed.signatures.map((signature, at) =>
        again.includes(signature.role) ? signature : transcript.steps[n]!.signatures[at]!,
      ),
    }));
    expect(() => verify({ ...twin, transcript: { ...twin.transcript, steps } })).toThrowCode('ceremony_step');
  });
  test('over a directory that is not a demo’s', () => {
    const { directory, ...world } = makeWorld();
    const production: Directory = { ...directory, environment: 'production' };
    const chain: DirectoryChain = { ...world.chain, versions: [{ directory: production, signatures: [] }] };
    const pin = pinOf(nodeCrypto, chain);
    const trust = verifyChain(nodeCrypto, chain, pin);
    const staged = { ...world, directory: production, chain, pin, trust };
    expect(played({ kind: 'rehearsal', world: staged })).toThrowCode('ceremony_rehearsal');
    expect(verify(playCeremony({ world: staged }))).toMatchObject({ environment: 'production' });
  });
});
