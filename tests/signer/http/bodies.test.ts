// Bodies as callers should never send them: each gets its status and code, and the desk never hears of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../../../contract/wire/sign.ts';
import { BODY, lastCall, startOutside, type Answer, type Outside } from './setup.ts';

let outside: Outside;
beforeAll(async () => {
  outside = await startOutside();
});
beforeEach(() => void outside.told.calls.splice(0));
afterAll(() => outside.close());

const MIB = 1024 * 1024;

function refused(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status, code });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(Problem.safeParse(answer.json).success).toBe(true);
  expect(answer.headers['dpop-nonce']).toMatch(/^[\w-]{32}$/);
  expect(outside.lines.some((line) => line.includes(String(answer.json['trace'])))).toBe(true);
  expect(outside.told.calls).toEqual([]);
}

const json = (change: object): string => JSON.stringify({ ...BODY, ...change });
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('400 body_malformed', () => {
  const cases: [string, string | Uint8Array][] = [
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['half of it', JSON.stringify(BODY).slice(0, -1)],
    ['something after it', `${JSON.stringify(BODY)} x`],
    ['a key twice at the top', JSON.stringify(BODY).replace('{', '{"predicateType":"https://x/y",')],
    [
      'a key twice deep inside',
      json({ predicate: {} }).replace('"predicate":{}', '"predicate":{"a":{"b":1,"b":2}}'),
    ],
    [
      'a key twice, once escaped',
      json({ predicate: {} }).replace('"predicate":{}', String.raw`"predicate":{"a":1,"\u0061":2}`),
    ],
    ['2^53+1', json({ predicate: {} }).replace('"predicate":{}', '"predicate":{"n":9007199254740993}')],
    ['1e400', json({ predicate: {} }).replace('"predicate":{}', '"predicate":{"n":1e400}')],
    ['NaN', json({ predicate: {} }).replace('"predicate":{}', '"predicate":{"n":NaN}')],
    ['a BOM', `\uFEFF${JSON.stringify(BODY)}`],
    ['UTF-16', Buffer.from(JSON.stringify(BODY), 'utf16le')],
    [
      'a byte that is not UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    [
      'a lone surrogate',
      json({ predicate: {} }).replace('"predicate":{}', String.raw`"predicate":{"a":"\ud800"}`),
    ],
    ['100,000 deep', nested(100_000)],
    ['a comment', `/* x */${JSON.stringify(BODY)}`],
    ['a comma too many', '{"a":1,}'],
  ];
  test.each(cases)('%s', async (_what, body) => {
    refused(await outside.sign({ body }), 400, 'body_malformed');
  });
});

describe('400 schema_invalid', () => {
  const without = (name: keyof typeof BODY): object => ({ [name]: undefined });
  const cases: [string, object][] = [
    ['an unknown field', { more: 1 }],
    ['an unknown field inside options', { options: { signingMode: 'keyful', force: true } }],
    ['an unknown field inside poe', { poe: { format: 'jwt', value: 'x', tenant: 'other' } }],
    ['no subject', without('subject')],
    ['an empty subject', { subject: [] }],
    ['a subject without a digest', { subject: [{ name: 'a', digest: {} }] }],
    ['a digest in upper case', { subject: [{ name: 'a', digest: { sha256: 'AB'.repeat(32) } }] }],
    ['a digest too short', { subject: [{ name: 'a', digest: { sha256: 'ab' } }] }],
    ['no predicateType', without('predicateType')],
    ['a predicateType that is no URI', { predicateType: 'cyclonedx' }],
    ['no predicate', without('predicate')],
    ['a predicate that is a list', { predicate: [] }],
    ['a predicate that is text', { predicate: '{}' }],
    ['no scanner', without('scannerImageDigest')],
    ['a scanner by tag', { scannerImageDigest: 'scanner:latest' }],
    ['no poe', without('poe')],
    ['an empty poe', { poe: { format: 'jwt', value: '' } }],
    ['another poe format', { poe: { format: 'saml', value: 'x' } }],
    ['another mode', { options: { signingMode: 'both' } }],
    ['a mode that is a number', { options: { signingMode: 1 } }],
    ['a key that is no key name', { options: { signingMode: 'keyful', keyId: '../../etc/passwd' } }],
    ['returnBundle as text', { options: { signingMode: 'keyful', returnBundle: 'true' } }],
  ];
  test.each(cases)('%s', async (_what, change) => {
    refused(await outside.sign({ body: json(change) }), 400, 'schema_invalid');
  });
  test.each(['[]', 'null', '"x"', '7', '{}'])('not the object at all: %s', async (body) => {
    refused(await outside.sign({ body }), 400, 'schema_invalid');
  });
  test.each([
    [{}],
    [{ 'idempotency-key': '' }],
    [{ 'idempotency-key': 'x'.repeat(201) }],
    [{ 'idempotency-key': 'a b' }],
    [{ 'idempotency-key': ['a', 'b'] }],
  ])('an idempotency key that is none: %j', async (headers: Record<string, string | string[]>) => {
    const own = {
      'content-type': 'application/json',
      ...(await outside.credentials('POST', '/api/v1/signer/sign/dsse')),
    };
    const { send } = await import('./setup.ts');
    const path = '/api/v1/signer/sign/dsse';
    refused(
      await send(outside.origin, {
        method: 'POST',
        path,
        body: JSON.stringify(BODY),
        headers: { ...own, ...headers },
      }),
      400,
      'schema_invalid',
    );
  });
  test('a value never comes back, only its path', async () => {
    const answer = await outside.sign({
      body: json({ poe: { format: 'secret-format', value: 'secret-value' } }),
    });
    expect(answer.json['detail']).toBe('poe.format');
    expect(`${answer.body.toString()}${outside.lines.join('')}`).not.toMatch(/secret-(format|value)/);
  });
});

test('a member called __proto__ in the predicate stays what it is', async () => {
  const body = json({ predicate: {} }).replace(
    '"predicate":{}',
    '"predicate":{"__proto__":{"polluted":true}}',
  );
  const answer = await outside.sign({ body });
  expect(answer.status).toBe(202);
  const [, submitted] = lastCall(outside.told) as [unknown, typeof BODY];
  expect(Object.keys(submitted.predicate)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(submitted.predicate)).toBe(Object.prototype);
});

describe('413 too_large', () => {
  const filled = (bytes: number): string => {
    const bare = json({ predicate: { a: '' } });
    return json({ predicate: { a: 'x'.repeat(bytes - Buffer.byteLength(bare)) } });
  };
  test('16 MiB to the byte is taken', async () => {
    const body = filled(16 * MIB);
    expect(Buffer.byteLength(body)).toBe(16 * MIB);
    expect((await outside.sign({ body })).status).toBe(202);
  });
  test('one byte more, and 17 MiB, are not', async () => {
    refused(await outside.sign({ body: filled(16 * MIB + 1) }), 413, 'too_large');
    refused(await outside.sign({ body: filled(17 * MIB) }), 413, 'too_large');
  });
  test('17 MiB in chunks, of no stated length, and through fetch', async () => {
    const path = '/api/v1/signer/sign/dsse';
    const headers = {
      ...(await outside.credentials('POST', path)),
      'content-type': 'application/json',
      'idempotency-key': 'k',
    };
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 17; i++) controller.enqueue(new Uint8Array(MIB).fill(0x20));
        controller.close();
      },
    });
    const answer = await fetch(outside.origin + path, {
      method: 'POST',
      headers,
      body: stream,
      duplex: 'half', // Node's own; a page has none
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(((await answer.json()) as { code: string }).code).toBe('too_large');
    expect(outside.told.calls).toEqual([]);
  });
});

describe('415 type_unsupported', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/jsonp',
    'application/dsse+json',
    'x',
    'application/json, text/plain',
  ])('%s', async (type) => {
    refused(await outside.sign({ headers: { 'content-type': type } }), 415, 'type_unsupported');
  });
  test('no type at all, and a content coding', async () => {
    const path = '/api/v1/signer/sign/dsse';
    const { send } = await import('./setup.ts');
    const headers = { ...(await outside.credentials('POST', path)), 'idempotency-key': 'k' };
    refused(
      await send(outside.origin, { method: 'POST', path, body: JSON.stringify(BODY), headers }),
      415,
      'type_unsupported',
    );
    refused(await outside.sign({ headers: { 'content-encoding': 'gzip' } }), 415, 'type_unsupported');
  });
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
  ])('%s is taken', async (type) => {
    expect((await outside.sign({ headers: { 'content-type': type } })).status).toBe(202);
  });
});
