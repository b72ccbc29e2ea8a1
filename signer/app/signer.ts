// One Signer, wired: files to trust, store, log, keys, gates, desk, HTTP and the link.
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { LackFault } from '../../core/fault/fault.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { canonical } from '../../core/json/canonical.ts';
import { parseAs } from '../../core/json/schema.ts';
import { Policy, parsePolicy } from '../../core/policy/policy.ts';
import { DirectoryChain } from '../../core/trust/chain.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { writeAtomic } from '../../ports/files.ts';
import { openDesk, type OpenDesk } from '../desk/desk.ts';
import type { Gates, KeyProvider } from '../desk/ports.ts';
import { Standing, takeStored } from '../desk/standing.ts';
import { attachFeed, type Feed } from '../feed/feed.ts';
import { makeOptok, type Optok } from '../gates/optok.ts';
import { makePoe } from '../gates/poe.ts';
import { makeRelease } from '../gates/release.ts';
import { makeServer } from '../http/server.ts';
import { checkedKeys } from '../keys/checked.ts';
import { openFileKeys } from '../keys/file.ts';
import { openPkcs11Keys } from '../keys/pkcs11.ts';
import { SignerLog } from '../log/log.ts';
import { sessionStore } from '../store/sessions.ts';
import { openStore, type Store } from '../store/store.ts';
import { makeMetrics } from '../telemetry/metrics.ts';
import { ownFile, readOwn, type Config } from './config.ts';

/** The world outside, as functions. `random(n)` gives n bytes. */
export interface Surroundings {
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}

/** A Signer that listens. */
export interface Signer {
  readonly port: number;
  readonly desk: OpenDesk;
  /** Stops taking requests, finishes what was begun, and lets the data directory go. */
  close(): Promise<void>;
}

const SWEEP = 5000;

interface Trusted {
  readonly standing: Standing;
  readonly policy: Policy;
}

/** Reads the chain file and verifies it. Throws LackFault `file_*`; Refusal `directory_*`. */
async function readChain(config: Config): Promise<Standing> {
  const bytes = await readOwn(config.chain);
  const chain = ownFile(config.chain, () => parseAs(DirectoryChain, parseStrict(bytes)));
  const standing = new Standing(nodeCrypto, chain, config.pin);
  const { environment } = standing.trust.latest;
  if (config.dev && environment !== 'demo')
    throw new LackFault('file_malformed', `dev wants a demo directory, not ${environment}`);
  return standing;
}

/** The policy that the newest version names, the store's versions counted. Throws LackFault `file_*`; Refusal `policy_mismatch`. */
async function readPolicy(config: Config, standing: Standing): Promise<Policy> {
  const text = await readOwn(config.policy);
  const value = ownFile(config.policy, () => parseStrict(text));
  return parsePolicy(nodeCrypto, value, standing.latest().policy);
}

async function openKeys({ keys }: Config, standing: Standing, logger: Logger): Promise<KeyProvider> {
  const onLog = (line: string) => logger.warn({ line }, 'pkcs11 driver');
  const providers = keys.pkcs11.map(({ token, keys: named = [], ...one }) =>
    openPkcs11Keys({ ...one, of: token === undefined ? { keys: named } : { token }, onLog }),
  );
  if (keys.files !== null) providers.push(await openFileKeys(keys.files));
  return checkedKeys(nodeCrypto, standing.latest, providers);
}

function makeGates({ poe, release }: Config, { now, logger }: Surroundings): Gates {
  const ttl = poe.ttlSeconds * 1000;
  return {
    poe: makePoe({ url: poe.introspectionUrl, ttl, now: () => now().getTime() }),
    release: makeRelease(release.allowlist, (err) => logger.error({ err }, 'the allowlist cannot be read')),
  };
}

async function openInside(
  config: Config,
  trusted: Trusted,
  store: Store,
  { now, random, logger }: Surroundings,
): Promise<{ desk: OpenDesk; keys: KeyProvider }> {
  const keys = await openKeys(config, trusted.standing, logger);
  try {
    const directory = trusted.standing.latest;
    const log = new SignerLog({ store, crypto: nodeCrypto, keys, directory, random });
    const gates = makeGates(config, { now, random, logger });
    const desk = await openDesk({
      store,
      log,
      keys,
      crypto: nodeCrypto,
      ...trusted,
      keepChain: (chain) => writeAtomic(config.chain, canonical(chain)),
      gates,
      now,
      random,
      logger,
    });
    return { desk, keys };
  } catch (thrown) {
    await keys.close();
    throw thrown;
  }
}

async function readTls({ tls }: Config): Promise<{ cert: string; key: string } | undefined> {
  return tls
    ? { cert: (await readOwn(tls.cert)).toString(), key: (await readOwn(tls.key)).toString() }
    : undefined;
}

function makeGate({ authority }: Config, { now, random }: Surroundings): Optok {
  const { issuer, audience, jwksUri } = authority;
  return makeOptok({ issuer, audience, jwksUrl: jwksUri, now: () => now().getTime(), random });
}

type Http = ReturnType<typeof makeServer>;

async function makeHttp(
  config: Config,
  trusted: Trusted,
  desk: OpenDesk,
  feed: () => Feed,
  around: Surroundings,
): Promise<Http> {
  const optok = makeGate(config, around);
  const tls = await readTls(config);
  return makeServer({
    desk,
    authenticate: (asked, scopes) => optok.authenticate(asked, scopes),
    nonce: () => optok.nonce(),
    authenticateSession: (asked) => feed().authenticateSession(asked),
    directoryChain: () => trusted.standing.chain,
    trust: () => trusted.standing.trust,
    policy: () => trusted.policy,
    now: around.now,
    hosts: config.hosts,
    ...(tls ? { tls } : {}),
    logger: around.logger,
    metrics: makeMetrics(),
    notReady: async () => ((await optok.warm()) ? [] : ['authority']),
  });
}

/** HTTP and link over one port; returns it with what closes both. */
async function serve(
  config: Config,
  trusted: Trusted,
  store: Store,
  desk: OpenDesk,
  around: Surroundings,
): Promise<{ port: number; close: () => Promise<void> }> {
  const { now, random, logger } = around;
  const app = await makeHttp(config, trusted, desk, () => feed, around);
  const sessions = sessionStore(store, now);
  const feed: Feed = attachFeed({
    server: app.server,
    desk,
    trust: () => trusted.standing.trust,
    crypto: nodeCrypto,
    now,
    random,
    log: logger,
    sessions,
  });
  const close = async () => {
    await feed.close();
    await app.close();
  };
  try {
    await app.listen(config.listen);
    return { port: (app.server.address() as AddressInfo).port, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Looks at the clock now and then, one look at a time. Returns what stops it. */
function startSweeps(desk: OpenDesk, logger: Logger): () => Promise<void> {
  let running = Promise.resolve();
  let busy = false;
  const sweep = async () => {
    busy = true;
    try {
      await desk.sweep();
    } catch (err) {
      logger.error({ err }, 'a sweep failed');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => {
    if (!busy) running = sweep();
  }, SWEEP);
  return () => {
    clearInterval(timer);
    return running;
  };
}

/**
 * Opens a Signer and listens. Throws LackFault for a file or the data directory, Refusal when directory, policy or log
 * are not what they must be; nothing is left open then.
 */
export async function openSigner(config: Config, around: Surroundings): Promise<Signer> {
  const standing = await readChain(config);
  const store = await openStore(config.data);
  const undo: (() => Promise<void>)[] = [() => store.close()];
  const close = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    await takeStored(nodeCrypto, store, standing);
    const trusted = { standing, policy: await readPolicy(config, standing) };
    const { desk, keys } = await openInside(config, trusted, store, around);
    undo.push(
      () => keys.close(),
      () => desk.settled(),
    );
    const { port, close: stopServing } = await serve(config, trusted, store, desk, around);
    undo.push(startSweeps(desk, around.logger), stopServing);
    return { port, desk, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
