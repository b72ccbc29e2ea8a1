// A true transcript, edited in every single place by somebody who has none of the devices: each refused, its step named.
import { describe, expect, test } from 'vitest';
import type { SealedStep } from '../../../core/ceremony/step.ts';
import { verifyTranscript } from '../../../core/ceremony/verify.ts';
import { isFault } from '../../../core/fault/fault.ts';
import { nodeCrypto } from '../../../ports/crypto.ts';
import { handsOf, playCeremony } from '../../support/ceremony-world.ts';
import { mutants, type Json } from '../../support/mutants.ts';
import { makeWorld } from '../../support/world.ts';

const world = makeWorld();
const { trust, transcript, opening } = playCeremony({ world });
const { steps } = transcript;
const names = steps.map(({ step }) => step.step);

/** What the verifier says of a transcript; undefined when it holds. Anything that is no refusal fails the test. */
function refusal(value: unknown): string | undefined {
  try {
    verifyTranscript(nodeCrypto, trust, 'real', value);
    return undefined;
  } catch (thrown) {
    if (isFault(thrown) && thrown.kind === 'refusal') return thrown.message;
    throw thrown;
  }
}

const withSteps = (changed: readonly unknown[]) => ({ ...transcript, steps: changed });

test('as it is, it holds', () => expect(refusal(transcript)).toBeUndefined());

describe('steps', () => {
  test.each(names)('%s left out: whatever stands there is named', (_name) => {
    const n = names.indexOf(_name);
    const told = refusal(withSteps(steps.toSpliced(n, 1)));
    if (n === names.length - 1)
      expect(told).toBe('ceremony_incomplete: it stops after 8 steps; read-aloud is next');
    else {
      expect(told).toMatch(
        new RegExp(`^ceremony_order: step ${n} \\(${_name}\\): ${names[n + 1]} stands there`),
      );
    }
  });

  test.each(names)('%s twice, at every place', (name) => {
    const n = names.indexOf(name);
    for (let at = 0; at <= names.length; at++) {
      const told = refusal(withSteps(steps.toSpliced(at, 0, steps[n]!)));
      // twice in a row is the same wherever the copy stands: the second one is what is wrong
      const wrong = at === n ? n + 1 : at;
      expect(told).toMatch(new RegExp(`^ceremony_order: step ${wrong} \\(`));
      expect(told).toContain(name);
    }
  });

  test('any two in each other’s place', () => {
    for (let a = 0; a < names.length; a++)
      for (let b = a + 1; b < names.length; b++) {
        const swapped = steps.with(a, steps[b]!).with(b, steps[a]!);
        expect(refusal(withSteps(swapped))).toMatch(
          new RegExp(`^ceremony_order: step ${a} \\(${names[a]}\\): ${names[b]} stands there`),
        );
      }
  });

  test('any one moved to any place', () => {
    for (let from = 0; from < names.length; from++)
      for (let to = 0; to < names.length; to++) {
        if (from === to) continue;
        const moved = steps.toSpliced(from, 1).toSpliced(to, 0, steps[from]!);
        expect(refusal(withSteps(moved))).toMatch(
          new RegExp(`^ceremony_order: step ${Math.min(from, to)} \\(`),
        );
      }
  });

  test('none at all', () => expect(refusal(withSteps([]))).toMatch(/^ceremony_incomplete: .*gather is next/));
});

describe.each(names.map((name, n) => [name, n] as const))('every place of %s', (name, n) => {
  test('edited', () => {
    let tried = 0;
    const through: string[] = [];
    const unnamed: string[] = [];
    for (const [where, changed] of mutants(steps[n] as unknown as Json, name)) {
      tried++;
      const told = refusal(withSteps(steps.with(n, changed as unknown as SealedStep)));
      if (told === undefined) through.push(where);
      else if (!told.includes(`step ${n}`)) unnamed.push(`${where}: ${told}`);
    }
    expect(through).toEqual([]);
    expect(unnamed).toEqual([]);
    expect(tried).toBeGreaterThan(100);
  });
});

test('every place of the opening, edited', () => {
  let tried = 0;
  for (const [where, changed] of mutants(transcript.opening as unknown as Json, 'opening')) {
    tried++;
    expect(refusal({ ...transcript, opening: changed }), where).toBeTypeOf('string');
  }
  expect(tried).toBeGreaterThan(300);
});

test('the transcript itself, edited', () => {
  for (const [key, changed] of [
    ['_type', 'https://stella.ops/signer/ceremony-transcript/v2'],
    ['surprise', 1],
    ['steps', null],
    ['opening', null],
  ] as const)
    expect(refusal({ ...transcript, [key]: changed })).toBeTypeOf('string');
  for (const none of [null, [], 'x', 1, {}]) expect(refusal(none)).toMatch(/^schema/);
});

describe('signatures', () => {
  test('swapped between any two steps', () => {
    for (let a = 0; a < names.length; a++)
      for (let b = a + 1; b < names.length; b++) {
        const [left, right] = [steps[a]!, steps[b]!];
        const swapped = steps
          .with(a, { ...left, signatures: right.signatures })
          .with(b, { ...right, signatures: left.signatures });
        expect(refusal(withSteps(swapped))).toMatch(
          new RegExp(`^ceremony_(step|person): step ${a} \\(${names[a]}\\)`),
        );
      }
  });

  test('one proof in the place of any other', () => {
    const all = steps.flatMap(({ signatures }, n) =>
      signatures.map((signature, at) => ({ n, at, signature })),
    );
    for (const into of all)
      for (const from of all) {
        if (into === from) continue;
        const { signatures, step } = steps[into.n]!;
        const forged = signatures.with(into.at, { ...into.signature, proof: from.signature.proof });
        const told = refusal(withSteps(steps.with(into.n, { step, signatures: forged })));
        expect(told).toMatch(
          new RegExp(`^ceremony_step: step ${into.n} \\(${step.step}\\): .*${into.signature.role}`),
        );
      }
  });

  test('of the same people over the same step of another ceremony', () => {
    const other = playCeremony({ world });
    steps.forEach(({ step, signatures }, n) => {
      signatures.forEach((_, at) => {
        const forged = signatures.with(at, other.steps[n]!.signatures[at]!);
        const told = refusal(withSteps(steps.with(n, { step, signatures: forged })));
        expect(told).toMatch(new RegExp(`^ceremony_step: step ${n} \\(${step.step}\\)`));
      });
    });
    const spliced = refusal(withSteps([...steps.slice(0, 4), ...other.steps.slice(4)]));
    expect(spliced).toMatch(/^ceremony_order: step 4 \(possession\)/);
    expect(refusal({ ...transcript, opening: other.opening })).toMatch(/^ceremony_order: step 0 \(gather\)/);
  });

  test('of the same words for another purpose: no other row of the table counts', () => {
    const hands = handsOf(world);
    steps.forEach(({ step, signatures }, n) => {
      signatures.forEach((signature, at) => {
        const { device } = hands[signature.role];
        const rehearsed = { ...step, _type: 'https://stella.ops/signer/rehearsal-step/v1' };
        const forged = signatures.with(at, {
          ...signature,
          proof: device.prove('rehearsal-step', rehearsed),
        });
        const told = refusal(withSteps(steps.with(n, { step, signatures: forged })));
        expect(told).toMatch(new RegExp(`^ceremony_step: step ${n} \\(`));
      });
    });
  });

  test('left out, or one too many', () => {
    steps.forEach(({ step, signatures }, n) => {
      const fewer = signatures.length === 3 ? signatures.slice(1) : signatures;
      const more = signatures.length === 2 ? [...signatures, signatures[0]!] : signatures;
      for (const forged of [fewer, more].filter((one) => one !== signatures))
        expect(refusal(withSteps(steps.with(n, { step, signatures: forged })))).toMatch(
          new RegExp(`^ceremony_person: step ${n} \\(${step.step}\\)`),
        );
    });
  });
});

test('the script of the opening is another one: nobody signed that', () => {
  const { script } = opening;
  const softer = {
    ...script,
    steps: script.steps.map((entry) => ('do' in entry ? { ...entry, see: ['Nothing.'] } : entry)),
  };
  expect(refusal({ ...transcript, opening: { ...opening, script: softer } })).toMatch(
    /^ceremony_order: step 0 \(gather\)/,
  );
});
