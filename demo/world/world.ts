// The demo's world, wired: installation, stand-ins and Signer as kept processes, the pipeline, and the door for tests.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { WorldReady } from '../../contract/demo/world.ts';
import { parseStrict } from '../../core/json/parse.ts';
import { parseAs } from '../../core/json/schema.ts';
import { DirectoryChain, verifyChain } from '../../core/trust/chain.ts';
import type { Directory } from '../../core/directory/directory.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import type { Crew } from '../crew/crew.ts';
import { PartFailed } from '../crew/failed.ts';
import type { Part } from '../crew/part.ts';
import type { Asking } from '../pipeline/asking.ts';
import { openBuild, type Build } from '../pipeline/build.ts';
import type { Client } from '../pipeline/client.ts';
import { Ledger } from '../pipeline/ledger.ts';
import { BYPASS_SCOPE } from '../pipeline/raise.ts';
import { openRenewing } from '../pipeline/renewing.ts';
import { Steady } from '../pipeline/steady.ts';
import {
  portOf,
  serversOf,
  startAuthority,
  startSigner,
  startStub,
  type Servers,
  type Signer,
} from '../setup/servers.ts';
import { PIPELINE, STARTER, TENANT } from '../setup/trust.ts';
import type { Args } from './args.ts';
import { openControl, type Powers } from './control.ts';
import { openInstallation, type Standing } from './installation.ts';
import { keep } from './keep.ts';
import { openLog } from './log.ts';
import { Outages } from './outages.ts';
import { playOutages, USUAL_TIMES } from './scene.ts';
import { seatsToday, signerHsmOf } from './seats.ts';
import { openSigner } from './signer.ts';
import { keepPort, placesOf } from './state.ts';

const MOST_SEED = 2 ** 32;

type Say = (line: string) => void;

/** What everything below needs. */
interface Ground {
  readonly crew: Crew;
  readonly args: Args;
  readonly say: Say;
  readonly log: NodeJS.WritableStream;
}

interface StandIns {
  readonly issuer: Part;
  readonly licensing: Part;
  readonly servers: Servers;
}

async function standIns({ crew, log }: Ground): Promise<StandIns> {
  const [issuer, licensing] = await Promise.all([startAuthority(crew, { log }), startStub(crew, { log })]);
  return { issuer, licensing, servers: serversOf(issuer, licensing) };
}

/** The directory as the Signer has it today: it may have grown since the set-up. */
async function directoryOf(client: Client, base: string, pin: string): Promise<Directory> {
  const { status, body } = await client.send('GET', `${base}/directory`);
  if (status !== 200) throw new PartFailed('signer', `directory: status ${status}`);
  const chain = parseAs(DirectoryChain, parseStrict(body, { maxBytes: 32 * 1024 * 1024 }));
  return verifyChain(nodeCrypto, chain, pin).latest;
}

interface Clients {
  readonly pipeline: Client;
  readonly operator: Client;
}

function openClients(crew: Crew, { token }: Servers, ca: string): Clients {
  const pipeline = openRenewing({ token, ca, tenant: TENANT, subject: PIPELINE });
  const operator = openRenewing({
    token,
    ca,
    tenant: TENANT,
    subject: `${STARTER}@acme.test`,
    scope: BYPASS_SCOPE,
  });
  crew.join(() => pipeline.close());
  crew.join(() => operator.close());
  return { pipeline, operator };
}

/** The pipeline begins once there is a build to speak of. */
function startPipeline({ crew, args, say }: Ground, asking: Asking, outages: Outages): Powers {
  const steady = new Steady({ crew, asking, every: args.every * 1000, quiet: args.quiet, say });
  void steady.run();
  void playOutages({
    crew,
    asking,
    outages,
    steady,
    times: { ...USUAL_TIMES, first: args.outage * 1000 },
    say,
  });
  return { asking, steady, outages };
}

function keepAll(
  { crew, say, log }: Ground,
  { issuer, licensing, servers }: StandIns,
  { standing, signer }: { standing: SignerHomeWithTtl; signer: Signer },
  outages: Outages,
): void {
  const issuerPort = portOf('issuer', issuer);
  const licensingPort = portOf('licensing', licensing);
  keep(crew, issuer, { name: 'issuer', say, start: () => startAuthority(crew, { port: issuerPort, log }) });
  keep(crew, licensing, {
    name: 'licensing',
    say,
    start: () => startStub(crew, { port: licensingPort, log }),
    restored: () => outages.restore(),
  });
  keep(crew, signer.part, {
    name: 'signer',
    say,
    start: async () => (await startSigner(crew, standing, servers, signer.port, log)).part,
  });
}

type SignerHomeWithTtl = Standing & { readonly poeTtl: number };

/** Starts everything in the state folder, which is the caller's to lock. Rejects with PartFailed; the crew has what was started. */
export async function startWorld(crew: Crew, args: Args, say: Say): Promise<WorldReady> {
  const ground: Ground = { crew, args, say, log: openLog(crew, placesOf(args.state).log) };
  const { installation, builds } = placesOf(args.state);
  const building: Promise<Build> = openBuild(crew, builds, say);
  building.catch(() => undefined); // told where it is awaited
  const opening = openInstallation(crew, installation, new Date(), say);
  opening.catch(() => undefined);
  const standing = await standIns(ground);
  const opened = await openSigner({ ...ground, servers: standing.servers }, opening);
  const { made, ca } = opened.standing;
  const { signer } = opened;
  await keepPort(args.state, signer.port);
  const ledger = await Ledger.open(
    join(installation, 'pipeline.json'),
    args.seed ?? randomInt(MOST_SEED),
    args.seed !== null,
  );
  const { pipeline, operator } = openClients(crew, standing.servers, ca);
  const { base } = signer;
  const outages = new Outages({
    poe: standing.servers.poe,
    ttlMs: args.poeTtl * 1000,
    operator,
    base,
    ledger,
  });
  keepAll(ground, standing, { standing: { ...opened.standing, poeTtl: args.poeTtl }, signer }, outages);
  const powers = building.then((build) => {
    const source = { build, seed: ledger.seed, trusted: made.trusted, keyful: made.keyful };
    return startPipeline(ground, { client: pipeline, base, source, ledger }, outages);
  });
  powers.catch((thrown: unknown) => say(`the pipeline cannot begin: ${String(thrown)}`));
  const [directory, control] = await Promise.all([
    directoryOf(pipeline, base, made.pin),
    openControl(crew, powers),
  ]);
  return {
    ready: true,
    pid: process.pid,
    signerUrl: signer.url,
    ca,
    pin: made.pin,
    tenant: TENANT,
    hsm: made.token !== null,
    signerHsm: made.token && signerHsmOf(made.token),
    seats: await seatsToday(made.seats, directory),
    control,
  };
}
