// A Signer's outside over real HTTP: real gates, a real issuer, and behind them a desk that answers what a test tells it to.
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { startIssuer, type Issuer } from '../../../demo/issuer/issuer.ts';
import type { Desk, LogReader, Outcome } from '../../../signer/desk/ports.ts';
import { makeOptok, type Optok } from '../../../signer/gates/optok.ts';
import { API, makeServer, type ServerOptions } from '../../../signer/http/server.ts';
import { makeLogger } from '../../../signer/telemetry/logger.ts';
import { makeMetrics } from '../../../signer/telemetry/metrics.ts';
import { makeWorld, type World } from '../../support/world.ts';
import { dpopClient, type DpopClient, type ProofParts } from '../gates/dpop.ts';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly json: Record<string, unknown>;
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: string | Uint8Array;
  readonly ca?: string;
}

/** One request with every header as given, duplicates too; fetch would forbid half of what these tests send. */
export function send(
  origin: string,
  { method = 'GET', path, headers = {}, body, ca }: Sent,
): Promise<Answer> {
  const { hostname, port, protocol } = new URL(origin);
  const make = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = {
      hostname,
      port,
      method,
      path,
      headers: { ...length, ...headers },
      agent: false,
      ...(ca ? { ca } : {}),
    };
    const request = make(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(parts);
        const isJson = whole.length > 0 && /json/.test(response.headers['content-type'] ?? '');
        const json = (isJson ? JSON.parse(whole.toString()) : {}) as Record<string, unknown>;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, json });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The arguments of the last call of the desk. */
export function lastCall(told: Told): readonly unknown[] {
  const call = told.calls.at(-1);
  if (!call) throw new Error('the desk was not asked');
  return call.args;
}

/** What the desk shall do, changed by tests, and what it was asked. */
export interface Told {
  submit: () => Promise<Outcome>;
  /** Thrown by every other use case when it is there. */
  fault: Error | undefined;
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[];
}

export interface Outside {
  readonly origin: string;
  readonly app: FastifyInstance;
  readonly optok: Optok;
  readonly issuer: Issuer;
  readonly client: DpopClient;
  readonly world: World;
  readonly told: Told;
  readonly lines: string[];
  /** A token of tenant acme, bound to the client, and changed as told. */
  token(more?: Record<string, string>): Promise<string>;
  /** Authorization and DPoP for one request. */
  credentials(method: string, path: string, parts?: Partial<ProofParts>): Promise<Record<string, string>>;
  /** A well-formed POST sign/dsse, changed as told. */
  sign(change?: Partial<Sent>): Promise<Answer>;
  close(): Promise<void>;
}

export const HELD: Outcome = {
  kind: 'held',
  answer: {
    requestId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    status: 'waiting',
    statusUrl: 'http://x/requests/01ARZ3NDEKTSV4RRFFQ69G5FAV',
    matchNumber: '012345',
    code: 'held_manual_approval',
  },
};

export const BODY = {
  subject: [{ name: 'a.tgz', digest: { sha256: 'ab'.repeat(32) } }],
  predicateType: 'https://cyclonedx.org/bom',
  predicate: { bomFormat: 'CycloneDX' },
  scannerImageDigest: `sha256:${'c'.repeat(64)}`,
  poe: { format: 'jwt', value: 'licence-secret' },
  options: { signingMode: 'keyful' },
};

function toldDesk(told: Told): Desk {
  const say =
    (name: string, value: unknown) =>
    async (...args: unknown[]): Promise<never> => {
      told.calls.push({ name, args });
      if (told.fault) throw told.fault;
      return value as never;
    };
  const log: LogReader = {
    checkpoint: say('checkpoint', 'signer.test/log\n7\nAAAA\n\n— x AAAA\n'),
    size: async () => 7,
    inclusion: say('inclusion', ['aa']),
    consistency: say('consistency', ['bb']),
    append: say('append', 7),
  };
  return {
    submit: async (...args) => {
      told.calls.push({ name: 'submit', args });
      return told.submit();
    },
    status: say('status', { requestId: 'x' }),
    raiseBypass: say('raiseBypass', HELD.kind === 'held' ? HELD.answer : null),
    spendEvidence: say('spendEvidence', { evidence: true }),
    signatureEvidence: say('signatureEvidence', { evidence: true }),
    revokeGrant: say('revokeGrant', undefined),
    grants: say('grants', []),
    withdraw: say('withdraw', undefined),
    evidence: say('evidence', { evidence: true }),
    payload: say('payload', new Uint8Array([0, 1, 255])),
    challenge: say('challenge', ''),
    decide: say('decide', null),
    ask: say('ask', null),
    officerSignature: say('officerSignature', undefined),
    cosign: say('cosign', undefined),
    seated: say('seated', null),
    events: say('events', []),
    snapshot: say('snapshot', null),
    tenants: say('tenants', []),
    onEvents: () => () => undefined,
    directory: {
      propose: say('propose', undefined),
      sign: say('sign', undefined),
      withdraw: say('withdraw', undefined),
      publish: say('publish', { version: 2 }),
      proposals: say('proposals', { open: [], ended: [] }),
      onChange: () => () => undefined,
    },
    log,
  };
}

/** Starts all of it. `change` replaces parts of the server's options. */
export async function startOutside(change: Partial<ServerOptions> = {}): Promise<Outside> {
  const issuer = await startIssuer({ port: 0, audience: 'signer' });
  const client = await dpopClient();
  const world = makeWorld();
  const optok = makeOptok({ issuer: issuer.issuer, audience: 'signer', jwksUrl: issuer.jwks });
  const told: Told = { submit: async () => HELD, fault: undefined, calls: [] };
  const lines: string[] = [];
  const app = makeServer({
    desk: toldDesk(told),
    authenticate: optok.authenticate,
    nonce: optok.nonce,
    authenticateSession: async () => ({ session: 's', officer: 'ana', machine: 'm' }),
    directoryChain: () => world.chain,
    trust: () => world.trust,
    policy: () => world.policy,
    now: () => new Date(),
    hosts: 'loopback',
    logger: makeLogger('info', { write: (line: string) => void lines.push(line) }),
    metrics: makeMetrics(),
    notReady: () => [],
    ...change,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const origin = `${change.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const claims = (): Record<string, string> => ({
    iss: issuer.issuer,
    aud: 'signer',
    sub: 'ci@acme',
    tenant: 'acme',
    scope: 'signer.sign',
  });
  const token = (more: Record<string, string> = {}): Promise<string> =>
    issuer.mint({ ...claims(), ...more, cnf: { jkt: client.jkt }, exp: Math.floor(Date.now() / 1000) + 300 });
  async function credentials(
    method: string,
    path: string,
    parts: Partial<ProofParts> = {},
  ): Promise<Record<string, string>> {
    const access = parts.token ?? (await token());
    const proof = await client.proof({
      htm: method,
      htu: `${origin}${path}`,
      nonce: optok.nonce(),
      ...parts,
      token: access,
    });
    return { authorization: `DPoP ${access}`, dpop: proof };
  }
  async function sign({ headers = {}, ...rest }: Partial<Sent> = {}): Promise<Answer> {
    const path = `${API}/sign/dsse`;
    const own = {
      ...(await credentials('POST', path)),
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    return send(origin, {
      method: 'POST',
      path,
      body: JSON.stringify(BODY),
      headers: { ...own, ...headers },
      ...rest,
    });
  }
  const close = async (): Promise<void> => {
    await app.close();
    await issuer.close();
  };
  return { origin, app, optok, issuer, client, world, told, lines, token, credentials, sign, close };
}
