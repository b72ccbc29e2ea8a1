// What every scene needs before it begins: the installation, the servers, the Signer, and a pipeline with a finished build.
import { newImage, install, type Installation } from '../setup/install.ts';
import { startServers, startSigner, type Servers, type Signer } from '../setup/servers.ts';
import { PIPELINE, STARTER, TENANT } from '../setup/trust.ts';
import type { Args } from '../args.ts';
import type { Crew } from '../crew/crew.ts';
import { asPart, PartFailed } from '../crew/failed.ts';
import type { Narrator } from '../narrator/narrator.ts';
import type { Terminal } from '../person/terminal.ts';
import { openCaller } from '../pipeline/caller.ts';
import { openClient, type Client } from '../pipeline/client.ts';
import { packRepository, type Artifact } from '../pipeline/pack.ts';
import { componentsIn, makeSbom, SBOM_TYPE, type Sbom } from '../pipeline/sbom.ts';
import { submit } from '../pipeline/submit.ts';
import type { HeldAnswer } from '../../contract/wire/sign.ts';

/** Who plays, for whom, and where. `out` is the folder for the files. */
export interface Play {
  readonly args: Args;
  readonly crew: Crew;
  readonly narrator: Narrator;
  readonly terminal: Terminal;
  readonly out: string;
}

/** A held request, as the pipeline was told of it. */
export type Held = HeldAnswer;

export interface Stage extends Play {
  readonly installation: Installation;
  readonly servers: Servers;
  readonly signer: Signer;
  readonly client: Client;
  readonly artifact: Artifact;
  readonly sbom: Sbom;
}

function tellInstallation({ narrator }: Play, { hsm, keys, trust }: Installation): void {
  narrator.step(
    'set-up',
    'A CA and a TLS certificate for 127.0.0.1 are made.',
    'The directory names this CA; nobody here trusts another.',
  );
  narrator.step(
    'set-up',
    'Three officers get security keys (virtual ones, over CTAP2), each with a PIN and a credential.',
    'ana and ben may decide; cai can start the pipeline, and so may not decide on what it asks.',
  );
  if ('module' in hsm) {
    narrator.step(
      'set-up',
      'The signing keys are made inside SoftHSM tokens and can never leave them.',
      "One token is the Signer's; ana holds a signing key in her own; ben decides with his.",
    );
  } else {
    narrator.step(
      'set-up',
      `There is no HSM: ${hsm.lack}. The signing keys lie in files instead.`,
      'Everything else is the same.',
    );
  }
  narrator.fact('release key', keys.release);
  narrator.step(
    'set-up',
    'Version 1 of the directory is made by this set-up, and its digest is pinned everywhere.',
    'Elsewhere a ceremony of several officers makes it: all trust begins there.',
  );
  narrator.fact('pin', trust.pin);
}

/** Builds: packs this repository and lists what is in it. */
function build({ crew, out }: Play): Promise<{ artifact: Artifact; sbom: Sbom }> {
  return asPart('pipeline', async () => {
    const [artifact, sbom] = await Promise.all([packRepository(crew, out), makeSbom(crew)]);
    return { artifact, sbom };
  });
}

function tellBuild({ narrator }: Play, artifact: Artifact, sbom: Sbom): void {
  narrator.step(
    'pipeline',
    `This repository is packed as ${artifact.name}.`,
    'Its SHA-256 will be the subject of the statement.',
  );
  narrator.fact('sha256', artifact.sha256);
  narrator.step(
    'pipeline',
    `CycloneDX lists its ${componentsIn(sbom)} components.`,
    'This SBOM is what will be signed about it.',
  );
}

async function openPipeline(
  { crew, narrator }: Play,
  { token }: Servers,
  { certificates }: Installation,
): Promise<Client> {
  const caller = await openCaller({ token, tenant: TENANT, subject: PIPELINE });
  narrator.step(
    'pipeline',
    `The Authority gives ${PIPELINE} an access token that is bound to a key of its own.`,
    `Whoever steals the token lacks the key. The directory says that ${STARTER} can start this pipeline.`,
  );
  const client = openClient({ caller, ca: certificates.ca });
  crew.join(() => client.close());
  return client;
}

/** Makes everything ready. Rejects with PartFailed. */
export async function openStage(play: Play): Promise<Stage> {
  const { crew, narrator } = play;
  narrator.step('set-up', 'A whole installation is made, in a folder that goes when this ends.');
  const building = build(play);
  building.catch(() => undefined); // told where it is awaited
  const home = await crew.folder();
  const [installation, servers] = await Promise.all([install(crew, home, new Date()), startServers(crew)]);
  tellInstallation(play, installation);
  const signer = await startSigner(crew, installation, servers);
  narrator.step(
    'signer',
    `The Signer listens on ${signer.url}, in a process of its own.`,
    'Its log begins with the directory.',
  );
  const { artifact, sbom } = await building;
  tellBuild(play, artifact, sbom);
  const client = await openPipeline(play, servers, installation);
  return { ...play, installation, servers, signer, client, artifact, sbom };
}

/** Asks for a signature on the build. `trusted` says whether the scanner's image is one that the allowlist names. */
export async function ask(
  stage: Stage,
  wish: { readonly trusted: boolean; readonly keyId?: string },
): Promise<Held> {
  const { artifact, client, installation, narrator, sbom, signer } = stage;
  const { trusted, keyId } = wish;
  narrator.step(
    'pipeline',
    `It asks the Signer to sign the SBOM, over TLS with the pinned CA${keyId === undefined ? '' : ', with a key that an officer must answer for'}.`,
    trusted
      ? "The scanner's image is on the allowlist."
      : "The scanner's image is one that the allowlist does not know.",
  );
  const submitted = await submit(client, signer.base, {
    subject: [{ name: artifact.name, digest: { sha256: artifact.sha256 } }],
    predicateType: SBOM_TYPE,
    predicate: sbom,
    scannerImageDigest: trusted ? installation.trusted : newImage(),
    poe: { format: 'jwt', value: 'demo-entitlement' },
    options: { signingMode: 'keyful', returnBundle: true, ...(keyId === undefined ? {} : { keyId }) },
  });
  if (!submitted.held) throw new PartFailed('signer', 'it signed at once what it should have held');
  const { answer } = submitted;
  narrator.step(
    'signer',
    `202, ${answer.code}: the request ${answer.requestId} is held.`,
    'Nothing held is signed that a person did not see.',
  );
  narrator.fact('match number', answer.matchNumber);
  return answer;
}
