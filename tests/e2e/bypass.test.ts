// An outage of the licensing service, in real processes: an operator raises, two officers on two Consoles grant, one ends it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAnyEvidence } from '../../core/evidence-file/any.ts';
import { canonical } from '../../core/json/canonical.ts';
import type { SignBody, SignedAnswer } from '../../contract/wire/sign.ts';
import { PartFailed } from '../../demo/crew/failed.ts';
import { openCaller } from '../../demo/pipeline/caller.ts';
import { openClient, type Client } from '../../demo/pipeline/client.ts';
import { BYPASS_SCOPE, raiseBypass } from '../../demo/pipeline/raise.ts';
import { SBOM_TYPE } from '../../demo/pipeline/sbom.ts';
import { submit } from '../../demo/pipeline/submit.ts';
import type { Desk } from '../../demo/scenes/desk.ts';
import { TENANT } from '../../demo/setup/trust.ts';
import { makeStage, type TestStage } from './stage.ts';
import { stellaVerify } from './run.ts';

const TIME = 90_000;

let world: TestStage;
let operator: Client;
let desks: readonly [ana: Desk, ben: Desk];

async function licensing(state: 'unavailable' | 'entitled'): Promise<void> {
  const poe = world.stage.servers.introspect.replace('/introspect', '/poe');
  const answer = await fetch(poe, { method: 'PUT', body: JSON.stringify({ tenant: TENANT, state }) });
  expect(answer.status).toBe(200);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1000) throw new Error(`${what} did not happen`);
    await sleep(20);
  }
}

beforeAll(async () => {
  world = await makeStage();
  const { people, certificates } = world.stage.installation;
  const { token } = world.stage.servers;
  const caller = await openCaller({ token, tenant: TENANT, subject: 'ops@acme.test', scope: BYPASS_SCOPE });
  operator = openClient({ caller, ca: certificates.ca });
  desks = [
    await world.desk('ana', people.ana.key.device.id),
    await world.desk('ben', people.ben.key.device.id),
  ];
}, TIME);
afterAll(async () => {
  operator.close();
  await world.close();
});

function wish(): SignBody {
  const { artifact, installation, sbom } = world.stage;
  return {
    subject: [{ name: artifact.name, digest: { sha256: artifact.sha256 } }],
    predicateType: SBOM_TYPE,
    predicate: sbom,
    scannerImageDigest: installation.trusted,
    poe: { format: 'jwt', value: 'demo-entitlement' },
    options: { signingMode: 'keyful' },
  };
}

async function sign(): Promise<SignedAnswer> {
  const submitted = await submit(world.stage.client, world.stage.signer.base, wish());
  if (submitted.held) throw new Error('it was held');
  return submitted.answer;
}

const refused = (): Promise<unknown> => sign().catch((thrown: unknown) => thrown);
const grantAt = ({ console }: Desk) => console.grants()[0];

test(
  'from the outage to its end',
  async () => {
    const { base, url } = world.stage.signer;
    const asked = { tenant: TENANT, predicateTypes: [SBOM_TYPE], count: 3, minutes: 10, cause: 'it is down' };
    await licensing('unavailable');
    expect(String(await refused())).toContain('poe_unavailable');
    expect(await raiseBypass(world.stage.client, base, asked)).toMatchObject({
      status: 403,
      code: 'scope_missing',
    });

    const raised = await raiseBypass(operator, base, asked);
    if (!raised.raised) throw new Error(raised.code);
    const { requestId, matchNumber } = raised.answer;
    for (const desk of desks) {
      await desk.untilQueued(requestId);
      const review = await desk.console.review(requestId);
      expect(review).toMatchObject({
        stage: 'reviewed',
        match: matchNumber,
        headline: { kind: 'emergency-bypass', document: 'grant', notRenderedBytes: 0, dangers: [] },
      });
      await desk.console.authorize(review, { verdict: 'approve', reason: '', device: desk.device });
    }
    await until('the grant', () => desks.every((desk) => grantAt(desk)?.state === 'live'));
    const live = grantAt(desks[0])!;
    expect(live).toMatchObject({ count: 3, used: 0, raisedBy: 'ops@acme.test', approvedBy: ['ana', 'ben'] });

    const answer = await sign();
    expect(answer.grant?.id).toBe(live.id);
    await world.kill();
    await world.restart();
    await until('what was spent', () => desks.every((desk) => grantAt(desk)?.used === 1));
    await sign();
    await until('what was spent', () => desks.every((desk) => grantAt(desk)?.used === 2));

    const fetched = await world.stage.client.send('GET', new URL(answer.evidence, url).href);
    expect(fetched.status).toBe(200);
    expect(parseAnyEvidence(fetched.body)).toMatchObject({ grant: { request: { id: requestId } } });
    const files = {
      bundle: join(world.stage.out, 'spent-bundle.json'),
      evidence: join(world.stage.out, 'spend-evidence.json'),
      directory: join(world.stage.out, 'spend-directory.json'),
    };
    writeFileSync(files.bundle, canonical(answer.bundle));
    writeFileSync(files.evidence, fetched.body);
    writeFileSync(files.directory, canonical(world.stage.installation.trust.chain));
    const args = [
      '--bundle',
      files.bundle,
      '--artifact',
      world.stage.artifact.path,
      '--directory',
      files.directory,
    ];
    expect(stellaVerify(...args)).toMatchObject({ status: 1, code: 'approval_missing' });
    expect(stellaVerify(...args, '--evidence', files.evidence)).toMatchObject({ status: 0, says: 'granted' });

    const [ana, ben] = desks;
    await ben.console.revokeGrant(live.id, 'it is back soon');
    await until('the end', () => grantAt(ana)?.state === 'ended');
    expect(grantAt(ana)).toMatchObject({ why: 'revoked', endedBy: 'ben', used: 2 });
    const late = await refused();
    expect(late).toBeInstanceOf(PartFailed);
    expect(String(late)).toContain('poe_unavailable');

    await licensing('entitled');
    expect((await sign()).grant).toBeNull();
  },
  TIME,
);
