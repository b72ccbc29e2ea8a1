// The OpenAPI 3.1 description, made from the very schemas that the server parses with.
import { z } from 'zod';
import { ProofAnswer, TrustRootAnswer } from '../../contract/wire/log.ts';
import { HeldAnswer, Problem, SignBody, SignedAnswer, StatusAnswer } from '../../contract/wire/sign.ts';
import { KeysAnswer, VerifyAnswer, VerifyBody } from '../../contract/wire/verify.ts';
import { Evidence } from '../../core/evidence-file/evidence.ts';
import { Policy } from '../../core/policy/policy.ts';
import { DirectoryChain } from '../../core/trust/chain.ts';
import { API } from './asked.ts';

const schemas = {
  DirectoryChain,
  Evidence,
  HeldAnswer,
  KeysAnswer,
  Policy,
  Problem,
  ProofAnswer,
  SignBody,
  SignedAnswer,
  StatusAnswer,
  TrustRootAnswer,
  VerifyAnswer,
  VerifyBody,
} as const;
type Name = keyof typeof schemas;

type Tree = { [member: string]: unknown };

/** Each schema by name, without the `$id` and `$schema` that zod writes for documents of their own. */
function components(): Tree {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const uri = (id: string): string => `#/components/schemas/${id}`;
  const { schemas: made } = z.toJSONSchema(registry, { uri, io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(made).map(([name, { $id: _id, $schema: _schema, ...rest }]) => [name, rest]),
  );
}

const json = (name: Name): Tree => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});
const text = (type: string): Tree => ({ [type]: { schema: { type: 'string' } } });
const ok = (description: string, content?: Tree): Tree => ({ description, ...(content ? { content } : {}) });

const problems: Readonly<Record<string, string>> = {
  '400': 'Body or schema',
  '401': 'Token, proof or session; with `use_dpop_nonce`, repeat with the nonce of DPoP-Nonce',
  '403': 'Scope, tenant, entitlement, reserved predicate, Host',
  '404': 'Not there',
  '409': 'Idempotency key with another body, or no longer waiting',
  '413': 'Too large',
  '415': 'Not application/json',
  '429': 'Quota or rate; see Retry-After',
  '503': 'A service that is needed does not answer',
};

function refused(statuses: readonly string[]): Tree {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(statuses.map((status) => [status, { description: problems[status], content }]));
}

const caller = { security: [{ optok: [], proof: [] }] };
const officer = { security: [{ session: [] }] };
const inPath = (name: string): Tree => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const idempotency = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
};
const body = (name: Name): Tree => ({ required: true, content: json(name) });
const get = (
  description: string,
  content: Tree,
  statuses: readonly string[] = [],
  more: Tree = {},
): Tree => ({
  get: { ...more, responses: { '200': ok(description, content), ...refused(statuses) } },
});

function signing(): Tree {
  const entered = ['401', '403', '404'];
  const id = { parameters: [inPath('id')] };
  const done = { '204': ok('Withdrawn'), ...refused([...entered, '409']) };
  return {
    [`${API}/sign/dsse`]: {
      post: {
        ...caller,
        parameters: [idempotency],
        requestBody: body('SignBody'),
        responses: {
          '200': ok('Signed', json('SignedAnswer')),
          '202': ok('Held', json('HeldAnswer')),
          ...refused(['400', '401', '403', '409', '413', '415', '429', '503']),
        },
      },
    },
    [`${API}/requests/{id}`]: {
      ...id,
      ...get('The state', json('StatusAnswer'), entered, caller),
      delete: { ...caller, responses: done },
    },
    [`${API}/requests/{id}/evidence`]: {
      ...id,
      ...get('The evidence file', json('Evidence'), entered, caller),
    },
    [`${API}/requests/{id}/payload/{digest}`]: {
      parameters: [inPath('id'), inPath('digest')],
      ...get('The bytes', text('application/octet-stream'), ['401', '404'], officer),
    },
  };
}

function reading(): Tree {
  const pair = (first: string, second: string): Tree => ({
    parameters: [inPath(first), inPath(second)],
    ...get('The proof', json('ProofAnswer'), ['404']),
  });
  return {
    [`${API}/keys`]: get('The keys', json('KeysAnswer')),
    [`${API}/trust-root`]: get('The trust root', json('TrustRootAnswer')),
    [`${API}/directory`]: get('The chain', json('DirectoryChain')),
    [`${API}/policy`]: get('The policy', json('Policy')),
    [`${API}/log/checkpoint`]: get('A C2SP signed note', text('text/plain')),
    [`${API}/log/inclusion/{leaf}/{size}`]: pair('leaf', 'size'),
    [`${API}/log/consistency/{old}/{new}`]: pair('old', 'new'),
    [`${API}/verify/dsse`]: {
      post: {
        requestBody: body('VerifyBody'),
        responses: { '200': ok('The verdict', json('VerifyAnswer')), ...refused(['400', '413', '415']) },
      },
    },
  };
}

function operating(): Tree {
  const status = {
    'application/json': { schema: { type: 'object', properties: { status: { const: 'ok' } } } },
  };
  return {
    '/healthz': get('Alive', status),
    '/readyz': get('Ready', status, ['503']),
    '/metrics': get('Prometheus text format', text('text/plain')),
    '/openapi.json': get('This document', { 'application/json': { schema: { type: 'object' } } }),
  };
}

/** The document (OpenAPI 3.1.0). */
export function openapi(): Tree {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Signer',
      version: '1',
      summary: 'Signs statements about software, and holds what a person must answer for.',
    },
    paths: { ...signing(), ...reading(), ...operating() },
    components: {
      schemas: components(),
      securitySchemes: {
        optok: { type: 'http', scheme: 'DPoP', description: 'RFC 9449' },
        proof: { type: 'apiKey', in: 'header', name: 'DPoP' },
        session: { type: 'http', scheme: 'Session', description: 'An officer session' },
      },
    },
  };
}
