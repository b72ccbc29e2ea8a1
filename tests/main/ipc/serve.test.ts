// The one wrapper of calls: what it lets through, and the thousands of things that it does not.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../contract/ipc/call.ts';
import type { Handlers } from '../../../contract/ipc/calls.ts';
import { callNames, frames, originOf, type CallName, type Frame } from '../../../contract/ipc/names.ts';
import type { Sender } from '../../../contract/ipc/sender.ts';
import { DeviceFault, Refusal } from '../../../core/fault/fault.ts';
import { logLine } from '../../../main/ipc/log-line.ts';
import { serve, type Failed } from '../../../main/ipc/serve.ts';
import { count } from '../../support/counts.ts';
import { samples } from '../../support/ipc-samples.ts';

const honest = (frame: Frame): Sender => ({ frame, origin: originOf(frame), mainFrame: true });

/** Handlers that count, and answer with `answer`. */
function desk(frame: Frame, answer: (name: CallName, input: unknown) => unknown) {
  const reached: { name: CallName; input: unknown }[] = [];
  const failed: Failed[] = [];
  const handlers = Object.fromEntries(
    callNames[frame].map((name) => [
      name,
      (input: unknown) => {
        reached.push({ name, input });
        return answer(name, input);
      },
    ]),
  ) as unknown as Handlers;
  const answers = serve(frame, handlers, { log: (one) => failed.push(one) });
  return { reached, failed, answers };
}

const table = frames.flatMap((frame) => callNames[frame].map((name): [Frame, CallName] => [frame, name]));
const sampled = (name: CallName): unknown => samples[name].output;

describe.each(table)('%s: %s', (frame, name) => {
  test('is answered, with what the table says and nothing else', async () => {
    const { reached, answers } = desk(frame, sampled);
    const reply = await answers(honest(frame), name, samples[name].input);
    expect(reply).toEqual({ ok: true, value: samples[name].output });
    expect(reached).toEqual([{ name, input: samples[name].input }]);
  });

  test('answers with a code when its output has a field too many, or is nothing at all', async () => {
    const extra = desk(frame, () => ({ ...samples[name].output, pin: '123456' }));
    const none = desk(frame, () => undefined);
    for (const { answers, failed } of [extra, none]) {
      const reply = await answers(honest(frame), name, samples[name].input);
      expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
      expect(JSON.stringify(reply)).not.toContain('123456');
      expect(failed).toHaveLength(1);
    }
  });

  test('is refused to every sender but its own page', async () => {
    const { reached, answers, failed } = desk(frame, sampled);
    const others = frames.filter((other) => other !== frame);
    const own = honest(frame);
    const wrong: Sender[] = [
      ...others.map((other) => honest(other)),
      ...others.map((other) => ({ ...own, origin: originOf(other) })),
      ...others.map((other) => ({ ...own, frame: other })),
      { ...own, mainFrame: false },
      ...[
        '',
        'null',
        'app://',
        `${own.origin}/`,
        `${own.origin}.evil`,
        `${own.origin}:80`,
        own.origin.toUpperCase(),
        `https://${frame}`,
        'file://',
      ].map((origin) => ({ ...own, origin })),
    ];
    for (const sender of wrong) {
      const reply = await answers(sender, name, samples[name].input);
      expect(reply).toMatchObject({ ok: false, error: { code: 'call_forbidden' } });
    }
    expect(reached).toEqual([]);
    expect(failed).toHaveLength(wrong.length);
  });

  test('is refused under every other page', async () => {
    for (const other of frames.filter((one) => one !== frame)) {
      const { reached, answers } = desk(other, sampled);
      expect(await answers(honest(other), name, samples[name].input)).toMatchObject({
        ok: false,
        error: { code: 'call_forbidden' },
      });
      expect(reached).toEqual([]);
    }
  });

  test(`is refused ${count(1000)} malformed inputs, without a throw`, async () => {
    const { reached, answers } = desk(frame, sampled);
    await fc.assert(
      fc.asyncProperty(malformed(samples[name].input), async (input) => {
        const reply = await answers(honest(frame), name, input);
        expect(reply).toMatchObject({ ok: false, error: { code: 'schema_invalid' } });
        if (!reply.ok) Failure.parse(reply.error);
      }),
      { numRuns: count(1000) },
    );
    expect(reached).toEqual([]);
  });
});

/** Malformed by how it is made, so that no schema judges itself. */
function malformed(valid: object): fc.Arbitrary<unknown> {
  const keys = Object.keys(valid);
  // right for no field of any call: no text, number, truth, name or bytes of the table looks like this
  const wrong = fc.oneof(
    fc.constantFrom<unknown>(-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, 1n, undefined),
    fc.constantFrom<unknown>('x'.repeat(30_000), new Uint8Array(0), new Uint8Array(256), Symbol('no')),
    fc.array(fc.anything(), { maxLength: 4 }),
    fc.dictionary(fc.string(), fc.anything(), { maxKeys: 4 }),
    fc.date(),
    fc.func(fc.anything()),
  );
  const notAnObject = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      0,
      '',
      1n,
      Symbol('no'),
      () => ({}),
      JSON.stringify(valid),
    ),
    fc.array(fc.anything(), { maxLength: 3 }),
    fc.string(),
    fc.double(),
    fc.constant([valid]),
    fc.uint8Array({ maxLength: 8 }),
  );
  const extra = fc
    .tuple(fc.string({ minLength: 1 }), fc.anything())
    .filter(([key]) => !keys.includes(key) && key !== '__proto__' && !(key in optional))
    .map(([key, value]) => ({ ...valid, [key]: value }));
  if (keys.length === 0) return fc.oneof(notAnObject, extra);
  const without = fc.constantFrom(...keys).map((key) => {
    const { [key]: _gone, ...rest } = valid as Record<string, unknown>;
    return key in optional ? null : rest;
  });
  const replaced = fc
    .tuple(fc.constantFrom(...keys), wrong)
    .filter(([key, value]) => !(key in optional && value === undefined))
    .map(([key, value]) => ({ ...valid, [key]: value }));
  return fc.oneof(notAnObject, extra, without, replaced);
}

/** The members that a call may leave out. */
const optional = { appearance: 1, language: 1, notifications: 1 };

describe('names', () => {
  test('that the table does not have are refused, whatever they are', async () => {
    const { reached, answers } = desk('app', sampled);
    const odd = ['__proto__', 'constructor', 'toString', '', 'app/hello ', 'APP/HELLO', 'app/hello\0'];
    const values: unknown[] = [
      ...odd,
      undefined,
      null,
      0,
      Symbol('app/hello'),
      ['app/hello'],
      { toString: () => 'app/hello' },
    ];
    for (const name of values)
      expect(await answers(honest('app'), name, {})).toMatchObject({ error: { code: 'call_forbidden' } });
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (name) => {
        expect(await answers(honest('app'), name, {})).toMatchObject({ error: { code: 'call_forbidden' } });
      }),
      { numRuns: count(1000) },
    );
    expect(reached).toEqual([]);
  });
});

describe('hostile input', () => {
  const deep = (levels: number): unknown => {
    let value: unknown = {};
    for (let level = 0; level < levels; level += 1) value = { requestId: value };
    return value;
  };
  const cyclic: Record<string, unknown> = {};
  cyclic['requestId'] = cyclic;
  const throwing = {
    get requestId(): string {
      throw new Error('gotcha');
    },
  };
  const trap = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('gotcha');
      },
      get: () => {
        throw new Error('gotcha');
      },
    },
  );

  test.each([
    ['a cycle', cyclic],
    ['100,000 levels', deep(100_000)],
    ['a getter that throws', throwing],
    ['a proxy that throws at everything', trap],
    ['a million keys', Object.fromEntries(Array.from({ length: 1_000_000 }, (_, at) => [`k${at}`, at]))],
    ['ten megabytes of text', { requestId: 'A'.repeat(10_000_000) }],
  ])('%s is refused, without a throw', async (_name, input) => {
    const { reached, answers } = desk('app', sampled);
    const reply = await answers(honest('app'), 'review/open', input);
    expect(reply.ok).toBe(false);
    if (!reply.ok) Failure.parse(reply.error);
    expect(JSON.stringify(reply).length).toBeLessThan(1500);
    expect(reached).toEqual([]);
  });

  test('a polluted prototype reaches no handler', async () => {
    const { reached, answers } = desk('app', sampled);
    const input: unknown = JSON.parse(
      `{"__proto__": {"requestId": "${samples['review/open'].input.requestId}"}}`,
    );
    expect((await answers(honest('app'), 'review/open', input)).ok).toBe(false);
    expect(reached).toEqual([]);
  });
});

describe('a handler that fails', () => {
  const secret = '/home/ana/pin 123456';

  test('with one of our faults tells its code and facts', async () => {
    const { answers, failed } = desk('app', () => {
      throw new DeviceFault('pin_invalid', '5 tries left');
    });
    const reply = await answers(honest('app'), 'session/sign-in', {});
    expect(reply).toMatchObject({
      error: { code: 'pin_invalid', message: expect.stringContaining('5 tries left') },
    });
    expect(failed).toMatchObject([{ frame: 'app', name: 'session/sign-in' }]);
    expect(reply.ok || reply.error.trace).toBe(failed[0]?.trace);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error(secret);
      },
    ],
    ['rejects', () => Promise.reject(new TypeError(secret))],
    [
      'rejects with an error that looks like a fault of ours',
      () => Promise.reject(Object.assign(new Error(secret), { code: secret, says: secret, detail: secret })),
    ],
  ])('%s: says internal, and the cause stays in the log', async (_name, fail: () => unknown) => {
    const { answers, failed } = desk('app', fail);
    const reply = await answers(honest('app'), 'session/sign-in', {});
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('123456');
    expect(JSON.stringify(reply)).not.toContain('.ts:');
    expect(failed).toHaveLength(1);
  });

  test('traces differ', async () => {
    const { answers } = desk('app', () => {
      throw new Error('no');
    });
    const traces = new Set<string>();
    for (let time = 0; time < 50; time += 1) {
      const reply = await answers(honest('app'), 'session/sign-in', {});
      if (!reply.ok) traces.add(reply.error.trace);
    }
    expect(traces.size).toBe(50);
  });
});

test('a PIN reaches its handler as bytes, through a structured clone', async () => {
  const { reached, answers } = desk('authorize', sampled);
  const input: unknown = structuredClone({ act: 'act', bytes: new Uint8Array([49, 50, 51, 52]) });
  expect(await answers(honest('authorize'), 'act/pin', input)).toEqual({ ok: true, value: {} });
  expect(reached[0]?.input).toEqual({ act: 'act', bytes: new Uint8Array([49, 50, 51, 52]) });
});

test('a refusal is one line of the log, whatever its detail says; a defect has its stack', () => {
  const failed = { trace: 'f00', frame: 'authorize', name: 'act/begin' } as const;
  expect(logLine({ ...failed, cause: new Refusal('act_phase', 'pin\n    at forged (x.ts:1)') })).toBe(
    'call f00 authorize act/begin: act_phase pin     at forged (x.ts:1)',
  );
  expect(logLine({ ...failed, name: null, cause: new Refusal('act_phase', '') })).toBe(
    'call f00 authorize ?: act_phase',
  );
  expect(logLine({ ...failed, cause: new TypeError('oops') })).toMatch(/TypeError: oops\n\s+at /);
  expect(logLine({ ...failed, cause: 'text' })).toBe('call f00 authorize act/begin: text');
});
