// The real Signer over TLS, killed with SIGKILL around an officer's decision and started again: both sides recover by themselves.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Crew } from '../../../demo/crew/crew.ts';
import { openCaller } from '../../../demo/pipeline/caller.ts';
import { openClient, type Client } from '../../../demo/pipeline/client.ts';
import { SBOM_TYPE } from '../../../demo/pipeline/sbom.ts';
import { submit } from '../../../demo/pipeline/submit.ts';
import { openDesk, pinsOf, type Desk } from '../../../demo/scenes/desk.ts';
import { install, newImage, type Installation } from '../../../demo/setup/install.ts';
import { startServers, startSigner, type Servers, type Signer } from '../../../demo/setup/servers.ts';
import { PIPELINE, TENANT } from '../../../demo/setup/trust.ts';
import type { Hand } from '../../../demo/person/hand.ts';
import { until } from '../../support/seat.ts';

let crew: Crew;
let installation: Installation;
let servers: Servers;
let signer: Signer;
let client: Client;
let desk: Desk;
let onTouch: () => Promise<void> | void = () => undefined;

beforeAll(async () => {
  crew = new Crew();
  [installation, servers] = await Promise.all([
    install(crew, await crew.folder(), new Date()),
    startServers(crew),
  ]);
  signer = await startSigner(crew, installation, servers);
  const caller = await openCaller({ token: servers.token, tenant: TENANT, subject: PIPELINE });
  client = openClient({ caller, ca: installation.certificates.ca });
  crew.join(() => client.close());
  const person = installation.people.ana;
  const pins = pinsOf(person, installation.keys.keyful);
  const hand: Hand = {
    pin: async (device) => new Uint8Array(Buffer.from(pins.get(device) ?? '')),
    phase: () => undefined,
    touch: async () => {
      await onTouch();
      return true;
    },
  };
  desk = await openDesk({
    crew,
    person,
    device: person.key.device.id,
    hand,
    signerUrl: signer.url,
    ca: installation.certificates.ca,
    pin: installation.trust.pin,
    timings: { backoffFirst: 50, backoffMost: 200, heartbeat: 500 },
  });
}, 60_000);

afterAll(() => crew.end());

const restart = async (): Promise<void> => {
  signer = await startSigner(crew, installation, servers, signer.port);
};

async function held(name: string): Promise<string> {
  const submitted = await submit(client, signer.base, {
    subject: [{ name, digest: { sha256: 'ab'.repeat(32) } }],
    predicateType: SBOM_TYPE,
    predicate: { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] },
    scannerImageDigest: newImage(),
    poe: { format: 'jwt', value: 'x' },
    options: { signingMode: 'keyful', returnBundle: true },
  });
  if (!submitted.held) throw new Error('it was not held');
  await desk.untilQueued(submitted.answer.requestId);
  return submitted.answer.requestId;
}

const events = (requestId: string) =>
  desk.console.journal
    .records()
    .map(({ entry }) => entry)
    .filter(
      (entry) =>
        (entry.event === 'outcome' && entry.sealed.decision.requestId === requestId) ||
        (entry.event === 'evidenced' &&
          'requestId' in entry.leaf.record &&
          entry.leaf.record.requestId === requestId),
    )
    .map((entry) => entry.event);

/** One outcome, one leaf, nothing owed, and evidence that verifies, whatever happened on the way. */
async function expectDone(requestId: string, outcome: 'signed' | 'denied'): Promise<void> {
  await until(() => desk.console.outbox().length === 0, 'delivery');
  await until(() => !desk.console.queue().some((q) => q.requestId === requestId), 'the end of the request');
  expect(events(requestId)).toEqual(['outcome', 'evidenced']);
  expect(await desk.console.evidence(requestId)).toMatchObject({ outcome, requestId, officers: ['ana'] });
}

test.each(['approve', 'deny'] as const)(
  '%s: the Signer dies during the touch',
  async (verdict) => {
    const requestId = await held(`touch-${verdict}`);
    const review = await desk.console.review(requestId);
    onTouch = () => signer.part.end('SIGKILL');
    const { delivery } = await desk.console.authorize(review, { verdict, reason: 'x', device: desk.device });
    onTouch = () => undefined;
    expect(delivery.state).toBe('waiting');
    expect(desk.console.outbox()).toHaveLength(1);
    await restart();
    await expectDone(requestId, verdict === 'approve' ? 'signed' : 'denied');
  },
  60_000,
);

test.each([0, 1, 3, 8])(
  'the Signer dies %i ms after the decision began to leave',
  async (ms) => {
    const requestId = await held(`leaving-${ms}`);
    const review = await desk.console.review(requestId);
    const dead = until(() => desk.console.journal.records().at(-1)?.entry.event === 'sent', 'sending').then(
      async () => {
        await new Promise<void>((resolve) => {
          setTimeout(resolve, ms);
        });
        await signer.part.end('SIGKILL');
      },
    );
    await desk.console.authorize(review, { verdict: 'approve', reason: '', device: desk.device });
    await dead;
    await restart();
    await expectDone(requestId, 'signed');
  },
  60_000,
);

test('the Signer dies once the decision was acknowledged', async () => {
  const requestId = await held('after');
  const review = await desk.console.review(requestId);
  const { delivery } = await desk.console.authorize(review, {
    verdict: 'approve',
    reason: '',
    device: desk.device,
  });
  await signer.part.end('SIGKILL');
  expect(delivery.state).toBe('evidenced');
  await restart();
  await expectDone(requestId, 'signed');
}, 60_000);
