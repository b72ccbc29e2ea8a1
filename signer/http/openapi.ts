// The OpenAPI 3.1 description, made from the very schemas that the server parses with.
import { z } from 'zod';
import { BypassBody } from '../../contract/wire/bypass.ts';
import { DirectoryAnswer, ProofAnswer, TrustRootAnswer } from '../../contract/wire/log.ts';
import { HeldAnswer, Problem, SignBody, SignedAnswer, StatusAnswer } from '../../contract/wire/sign.ts';
import { KeysAnswer, VerifyAnswer, VerifyBody } from '../../contract/wire/verify.ts';
import { Evidence } from '../../core/evidence-file/evidence.ts';
import { SignatureEvidence } from '../../core/evidence-file/signature.ts';
import { SpendEvidence } from '../../core/evidence-file/spend.ts';
import { Policy } from '../../core/policy/policy.ts';
import { DirectoryChain } from '../../core/trust/chain.ts';
import { Proposal } from '../../core/trust/proposal.ts';
import { API } from './asked.ts';

const schemas = {
  BypassBody,
  DirectoryAnswer,
  DirectoryChain,
  Evidence,
  HeldAnswer,
  KeysAnswer,
  Policy,
  Problem,
  ProofAnswer,
  Proposal,
  SignBody,
  SignatureEvidence,
  SignedAnswer,
  SpendEvidence,
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
  '400': 'Body, schema, or a header that is missing',
  '401': 'Token, proof or session; with `use_dpop_nonce`, make a new proof with the nonce of DPoP-Nonce',
  '403': 'Scope, tenant, entitlement, reserved predicate, key, Host, a proposal that lacks signatures',
  '404': 'Not there',
  '409':
    'The idempotency key was used with another body, the request no longer waits, no bypass is needed, or the directory went on',
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
  description:
    "Of the caller's own choice, a new one for each request: the same key with the same body brings the same answer.",
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
};
const body = (name: Name): Tree => ({ required: true, content: json(name) });
const get = (
  description: string,
  content: Tree,
  statuses: readonly string[] = [],
  more: Tree = {},
): Tree => ({
  get: {
    summary: description,
    ...more,
    responses: { '200': ok(description, content), ...refused(statuses) },
  },
});

function signing(): Tree {
  const entered = ['401', '403', '404'];
  const id = { parameters: [inPath('id')] };
  const done = { '204': ok('Withdrawn'), ...refused([...entered, '409']) };
  return {
    [`${API}/sign/dsse`]: {
      post: {
        ...caller,
        summary: 'Asks for a signature',
        parameters: [idempotency],
        requestBody: body('SignBody'),
        responses: {
          '200': ok('Every check passed: signed', json('SignedAnswer')),
          '202': ok('Held for officers; poll statusUrl', json('HeldAnswer')),
          ...refused(['400', '401', '403', '409', '413', '415', '429', '503']),
        },
      },
    },
    [`${API}/bypass-requests`]: {
      post: {
        ...caller,
        summary: 'Asks officers for a bypass grant, with a token of the scope signer.bypass',
        parameters: [idempotency],
        requestBody: body('BypassBody'),
        responses: {
          '202': ok('Held for officers; poll statusUrl', json('HeldAnswer')),
          ...refused(['400', '401', '403', '409', '413', '415', '429', '503']),
        },
      },
    },
    [`${API}/requests/{id}`]: {
      ...id,
      ...get('The state of a held request', json('StatusAnswer'), entered, caller),
      delete: { ...caller, summary: 'Withdraws it while it waits', responses: done },
    },
    [`${API}/requests/{id}/evidence`]: {
      ...id,
      ...get('The evidence file, once it is signed or denied', json('Evidence'), entered, caller),
    },
    [`${API}/requests/{id}/spend-evidence`]: {
      ...id,
      ...get('The evidence of what was signed under a bypass grant', json('SpendEvidence'), entered, caller),
    },
    [`${API}/requests/{id}/signature-evidence`]: {
      ...id,
      ...get(
        'The evidence of what was signed at once: its place in the log among the versions of the directory',
        json('SignatureEvidence'),
        entered,
        caller,
      ),
    },
    [`${API}/requests/{id}/payload/{digest}`]: {
      parameters: [inPath('id'), inPath('digest')],
      ...get(
        "The payload's bytes, for an officer's Console",
        text('application/octet-stream'),
        ['401', '404'],
        officer,
      ),
    },
  };
}

function reading(): Tree {
  const pair = (first: string, second: string): Tree => ({
    parameters: [inPath(first), inPath(second)],
    ...get('The proof', json('ProofAnswer'), ['404']),
  });
  return {
    [`${API}/keys`]: get(
      "The directory's keys; a release key may be named in options.keyId",
      json('KeysAnswer'),
    ),
    [`${API}/trust-root`]: get('The pin, and the keys as they are now', json('TrustRootAnswer')),
    [`${API}/directory`]: {
      ...get('The directory chain', json('DirectoryChain')),
      post: {
        summary:
          'Brings the next version with its whole quorum into force; the signatures in it are the authority',
        requestBody: body('Proposal'),
        responses: {
          '200': ok('In force, the same again included', json('DirectoryAnswer')),
          ...refused(['400', '403', '409', '413', '415', '429', '503']),
        },
      },
    },
    [`${API}/policy`]: get('The policy in force', json('Policy')),
    [`${API}/log/checkpoint`]: get('The newest checkpoint, a C2SP signed note', text('text/plain')),
    [`${API}/log/inclusion/{leaf}/{size}`]: pair('leaf', 'size'),
    [`${API}/log/consistency/{old}/{new}`]: pair('old', 'new'),
    [`${API}/verify/dsse`]: {
      post: {
        summary: 'The verdict on a bundle, a convenience: stella verify needs nobody',
        requestBody: body('VerifyBody'),
        responses: {
          '200': ok('The verdict', json('VerifyAnswer')),
          ...refused(['400', '413', '415', '503']),
        },
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

// The rules that no schema can state; in full in docs/protocol.md, section 14.
const about = [
  'Authorization is DPoP (RFC 9449): a token with the scope signer.sign, a tenant and cnf.jkt, and with every request a new',
  'proof: typ dpop+jwt, alg ES256 or EdDSA, the public jwk; jti, htm, htu, ath, iat and nonce. Every answer brings the',
  'newest nonce in DPoP-Nonce; the first request without one is answered 401 use_dpop_nonce.',
  'Bodies are strict JSON: no key twice, no unknown member, no number that a double would change.',
].join(' ');

/** The document (OpenAPI 3.1.0). */
export function openapi(): Tree {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Signer',
      version: '1',
      summary: 'Signs statements about software, and holds what a person must answer for.',
      description: about,
    },
    paths: { ...signing(), ...reading(), ...operating() },
    components: {
      schemas: components(),
      securitySchemes: {
        optok: { type: 'http', scheme: 'DPoP', description: 'A token that is bound to a key (RFC 9449, 6)' },
        proof: {
          type: 'apiKey',
          in: 'header',
          name: 'DPoP',
          description: 'A proof with that key (RFC 9449, 4)',
        },
        session: { type: 'http', scheme: 'Session', description: 'An officer session' },
      },
    },
  };
}
