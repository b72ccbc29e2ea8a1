// The demo's world as a Console meets it: seats that open, an inbox that is filled, wishes, a killed part, and its end.
import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorldReady } from '../../../contract/demo/world.ts';
import type { Console } from '../../../main/app/console.ts';
import { commandOf, descendants, runs } from '../../e2e/processes.ts';
import { needs, softhsm } from '../../support/needs.ts';
import {
  keysOf,
  end,
  held,
  launchWorld,
  newState,
  ready,
  seatOf,
  sit,
  tokensOf,
  until,
  wish,
  type Launched,
} from './run.ts';

const state = newState();
let launched: Launched;
let world: WorldReady;
let ana: Console;
let ben: Console;
beforeAll(async () => {
  launched = launchWorld(state, '--seed', '7', '--every', '60', '--poe-ttl', '0.5', '--outage', '3600');
  world = await ready(launched);
  [ana, ben] = await Promise.all([sit(world, 'ana'), sit(world, 'ben')]);
}, 120_000);
afterAll(async () => {
  await Promise.all([ana?.close(), ben?.close()]);
  await end(launched);
});

const queued = (console: Console, requestId: string) =>
  console.queue().find((one) => one.requestId === requestId);
const partPid = (entry: string): number => {
  const found = descendants(launched.child.pid ?? 0).find((pid) => commandOf(pid).includes(entry));
  if (found === undefined) throw new Error(`there is no ${entry}`);
  return found;
};

describe('what it tells', () => {
  test('one line, and the same in a file for this user alone', () => {
    expect(launched.out().trimEnd().split('\n')).toHaveLength(1);
    const path = join(state, 'world.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(launched.out()));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(world.pid).toBe(launched.child.pid);
  });

  test('three seats with names, and nothing of one in another', () => {
    expect(world.seats.map(({ officer, name }) => [officer, name])).toEqual([
      ['ana', 'Ana Weiss'],
      ['ben', 'Ben Okafor'],
      ['cai', 'Cai Lindqvist'],
    ]);
    const paths = world.seats.map(({ dataDir, machineKeys, securityKeys, tokens }) => [
      dataDir,
      machineKeys,
      ...securityKeys.map(({ store }) => store),
      ...tokens.flatMap(({ env }) => Object.values(env)),
    ]);
    expect(new Set(paths.flat()).size).toBe(paths.flat().length);
    for (const path of paths.flat()) expect(statSync(path).mode & 0o077).toBe(0);
    expect(seatOf(world, 'ana').securityKeys.map(({ enrolled }) => enrolled)).toEqual(['ana-key', null]);
  });

  test('the spare key is there, has its PIN, and no credential', async () => {
    const seat = seatOf(world, 'ana');
    const spare = seat.securityKeys[1];
    const securityKeys = await keysOf(seat);
    const path = spare?.path ?? '';
    const { devices } = await securityKeys.call('list', {}, { deadlineMs: 5000 });
    expect(devices).toContainEqual({
      path,
      product: 'VIRTUAL spare security key of ana',
      virtual: true,
      serial: spare?.serial,
    });
    const pin = (text: string) => ({ deadlineMs: 5000, pin: new Uint8Array(Buffer.from(text)) });
    const make = (text: string) =>
      securityKeys.call(
        'make-credential',
        {
          path,
          rpId: 'console.signer.demo.test',
          userId: new Uint8Array(32),
          userName: 'ana',
          clientDataHash: new Uint8Array(32),
        },
        pin(text),
      );
    expect(JSON.parse(readFileSync(spare?.store ?? '', 'utf8'))).toMatchObject({ credentials: [] });
    await expect(make(spare?.pin === '000000' ? '111111' : '000000')).toRejectCode('pin_invalid');
    expect((await make(spare?.pin ?? '')).fmt).toBe('packed');
    await securityKeys.close();
  });
});

describe('the inbox', () => {
  test('is filled without a click: six documents of five kinds and more, soon after signing in', async () => {
    await until('a filled inbox', () => ana.queue().length >= 6, 15_000);
    const reviews = await Promise.all(ana.queue().map(({ requestId }) => ana.review(requestId)));
    for (const review of reviews) expect(review.stage).toBe('reviewed');
    const types = reviews.map(({ rebuilt }) =>
      String(rebuilt.view.claims.find(({ path }) => path === '/predicateType')?.value).replace(/v\d+$/, ''),
    );
    expect(new Set(types)).toEqual(
      new Set([
        'https://cyclonedx.org/bom',
        'https://in-toto.io/attestation/vulns/v0.2',
        'https://openvex.dev/ns/v0.2.0',
        'https://stella.ops/promotion/',
        'https://slsa.dev/provenance/',
        'https://acme.test/attestations/fuzz-campaign/',
      ]),
    );
    const kinds = reviews.map(({ rebuilt }) => rebuilt.request.kind);
    expect(kinds.filter((kind) => kind === 'key-approval')).toHaveLength(1);
    const sbom = reviews.find(({ rebuilt }) => rebuilt.view.claims.length > 1000);
    expect(sbom?.rebuilt.view.claims).toContainEqual({
      path: '/predicate/metadata/component/name',
      value: 'signer-console',
    });
  });

  test('policy wants one officer, two for what is blind, two for the key that an officer holds', async () => {
    const wanted = { scan: 1, blind: 2, keyful: 2 } as const;
    const arrived = (id: string) => until(id, () => queued(ana, id) !== undefined);
    for (const document of ['scan', 'blind', 'keyful'] as const) {
      const id = await held(world, { wish: 'submit', document });
      await arrived(id);
      expect(queued(ana, id)?.hold.request.quorum.approvals).toBe(wanted[document]);
      await wish(world, { wish: 'withdraw', requestId: id });
    }
  });
});

describe('whole jobs', () => {
  test('ana approves a scan report with her key', async () => {
    const answer = await wish(world, { wish: 'submit', document: 'scan', wording: 'hidden' });
    if (answer.outcome !== 'held') throw new Error(answer.outcome);
    await until('its arrival', () => queued(ana, answer.requestId) !== undefined);
    const review = await ana.review(answer.requestId);
    expect(review.match).toBe(answer.matchNumber);
    expect(review.rebuilt.view.flags.map(({ code }) => code)).toContain('hidden-text');
    const { delivery } = await ana.authorize(review, { verdict: 'approve', reason: '', device: 'ana-key' });
    expect(delivery.state).toBe('evidenced');
    await until('its end', () => queued(ana, answer.requestId) === undefined);
  });

  needs('SoftHSM', softhsm)('with HSMs', () => {
    test('ben decides with his own, ana signs with the key in hers, and neither sees the other', async () => {
      expect(world.hsm).toBe(true);
      const id = await held(world, { wish: 'submit', document: 'keyful' });
      await until('its arrival', () => [ana, ben].every((console) => queued(console, id) !== undefined));
      const approve = { verdict: 'approve', reason: '' } as const;
      await ana.authorize(await ana.review(id), { ...approve, device: 'ana-key' });
      const { decided } = await ben.authorize(await ben.review(id), { ...approve, device: 'ben-hsm' });
      expect(decided.sealed.decision.device).toBe('ben-hsm');
      await until('the quorum', () => queued(ana, id)?.hold.state === 'quorate');
      expect((await ana.signHeld(await ana.review(id))).state).toBe('handed-over');
      await until('its end', () => queued(ana, id) === undefined);
      expect((await ana.evidence(id)).outcome).toBe('signed');
      const tokens = await Promise.all(
        ['ana', 'ben'].map(async (officer) => {
          const [driver] = await Promise.all(tokensOf(seatOf(world, officer)).map((start) => start()));
          const listed = await driver?.call('tokens', {}, { deadlineMs: 5000 });
          await driver?.close();
          return listed?.tokens.map(({ label }) => label);
        }),
      );
      expect(tokens).toEqual([['HSM of ana'], ['HSM of ben']]);
    });
  });
});

describe('control', () => {
  const send = (
    headers: Record<string, string>,
    body: string | Buffer,
    method = 'POST',
    path?: string,
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      const url = new URL(path ?? world.control.url, world.control.url);
      const outgoing = request(url, { method, headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const quiet = JSON.stringify({ wish: 'busy' });

  test('wants its token, its host, no origin, its one path and method', async () => {
    const authorization = `Bearer ${world.control.token}`;
    expect(await send({ authorization }, quiet)).toBe(200);
    expect(await send({}, quiet)).toBe(401);
    expect(await send({ authorization: world.control.token }, quiet)).toBe(401);
    expect(await send({ authorization: `${authorization}x` }, quiet)).toBe(401);
    expect(await send({ authorization, origin: 'null' }, quiet)).toBe(403);
    expect(await send({ authorization, origin: world.control.url }, quiet)).toBe(403);
    expect(await send({ authorization, host: 'attacker.test' }, quiet)).toBe(403);
    expect(await send({ authorization }, '', 'GET')).toBe(404);
    expect(await send({ authorization }, quiet, 'POST', '/other')).toBe(404);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another wish', '{"wish":"shutdown"}'],
    ['one member too many', '{"wish":"quiet","and":1}'],
    ['a member twice', '{"wish":"quiet","wish":"busy"}'],
    ['no document', '{"wish":"submit","document":"secret"}'],
    ['too many', '{"wish":"flood","count":2001}'],
    ['none', '{"wish":"flood","count":0}'],
  ])('refuses %s', async (_what, body) => {
    expect(await send({ authorization: `Bearer ${world.control.token}` }, body)).toBe(400);
  });

  test('refuses what is too large, and bytes that mean nothing, and goes on', async () => {
    const authorization = `Bearer ${world.control.token}`;
    expect(await send({ authorization }, Buffer.alloc(65_537, 0x20))).toBe(413);
    for (let seed = 0; seed < 50; seed++)
      expect(
        await send(
          { authorization },
          Buffer.from([...Array(seed).keys()].map((at) => (at * 97 + seed * 31) % 256)),
        ),
      ).toBe(400);
    expect(await send({ authorization }, quiet)).toBe(200);
  });

  test('withdraws once; the officer sees it go', async () => {
    const requestId = await held(world, { wish: 'submit', document: 'vex' });
    await until('its arrival', () => queued(ana, requestId) !== undefined);
    expect(await wish(world, { wish: 'withdraw', requestId })).toEqual({ outcome: 'done' });
    await until('its end', () => queued(ana, requestId) === undefined);
    const again = await wish(world, { wish: 'withdraw', requestId });
    expect(again).toEqual({ outcome: 'refused', status: 409, code: 'not_waiting' });
    expect(await wish(world, { wish: 'withdraw', requestId: '../keys' })).toMatchObject({
      outcome: 'refused',
    });
  });
});

describe('attaching', () => {
  test('a second one on the folder tells of the first, starts nothing, and its end ends nothing', async () => {
    const second = launchWorld(state);
    expect(await ready(second)).toEqual(world);
    expect(descendants(second.child.pid ?? 0)).toEqual([]);
    expect(await end(second)).toBe(0);
    expect(runs(world.pid)).toBe(true);
    expect(await wish(world, { wish: 'busy' })).toEqual({ outcome: 'done' });
  });
});

describe('a part that dies', () => {
  test('the Signer, killed, is back on its port; Consoles find it again and miss nothing', async () => {
    const before = partPid('signer/app/main.ts');
    process.kill(before, 'SIGKILL');
    await until('its end', () => !runs(before));
    await until('another one', () => launched.err().includes('signer runs again'));
    expect(partPid('signer/app/main.ts')).not.toBe(before);
    expect(launched.err()).toMatch(new RegExp(`world: signer \\(${before}\\) ended by itself`));
    await until('the link', () => [ana, ben].every(({ link }) => link?.state === 'online'));
    const id = await held(world, { wish: 'submit', document: 'promotion' });
    await until('an event', () => [ana, ben].every((console) => queued(console, id) !== undefined));
  });

  test('the Authority, killed, comes back with other keys, and the pipeline gets another token', async () => {
    const again = (name: string): number => launched.err().split(`${name} runs again`).length;
    const kill = async (name: string, pid: number): Promise<void> => {
      const before = again(name);
      process.kill(pid, 'SIGKILL');
      await until(`another ${name}`, () => again(name) > before);
    };
    await kill('issuer', partPid('issuer/main.ts'));
    await kill('signer', partPid('signer/app/main.ts')); // it knew the old keys, which would do for a while
    expect(await wish(world, { wish: 'submit', document: 'promotion' })).toMatchObject({ outcome: 'held' });
  });
});

describe('an outage', () => {
  /** Both officers approve the bypass; what is signed under it then. */
  async function granted(id: string): Promise<unknown> {
    for (const [console, device] of [
      [ana, 'ana-key'],
      [ben, 'ben-key'],
    ] as const) {
      const review = await console.review(id);
      expect(review.stage).toBe('reviewed');
      await console.authorize(review, { verdict: 'approve', reason: '', device });
    }
    const signed = (): Promise<unknown> => wish(world, { wish: 'sign-under-bypass' });
    await expect.poll(signed, { timeout: 15_000 }).toMatchObject({ outcome: 'signed' });
    return signed();
  }

  test('past the TTL nothing is signed; a bypass is asked for; a restarted stub does not end it; its end does', async () => {
    const usual = await wish(world, { wish: 'sign-under-bypass' });
    expect(usual).toMatchObject({ outcome: 'signed' });
    await wish(world, { wish: 'outage' });
    const raised = await wish(world, { wish: 'raise-bypass' });
    const { paths } = (await fetchOver(`${world.signerUrl}/openapi.json`, world.ca)) as {
      paths: Record<string, unknown>;
    };
    const offered = Object.keys(paths).some((path) => path.endsWith('/bypass-requests'));
    if (offered) {
      expect(raised).toMatchObject({ outcome: 'held' });
      const id = raised.outcome === 'held' ? raised.requestId : '';
      await until('its arrival', () => queued(ana, id)?.hold.request.kind === 'emergency-bypass');
    } else expect(raised).toEqual({ outcome: 'refused', status: 404, code: 'not_found' });
    const refused = { outcome: 'refused', status: 503, code: 'poe_unavailable' };
    await expect.poll(() => wish(world, { wish: 'sign-under-bypass' }), { timeout: 15_000 }).toEqual(refused);
    process.kill(partPid('licensing/main.ts'), 'SIGKILL');
    await until('another stub', () => launched.err().includes('licensing runs again'));
    expect(await wish(world, { wish: 'sign-under-bypass' })).toEqual(refused);
    if (raised.outcome === 'held') expect(await granted(raised.requestId)).not.toEqual(usual);
    await wish(world, { wish: 'outage-ends' });
    expect(await wish(world, { wish: 'sign-under-bypass' })).toEqual(usual);
  });
});

describe('its end', () => {
  test('stdin ends: everything that it started is gone, and whoever was attached ends too', async () => {
    const attached = launchWorld(state);
    await ready(attached);
    const started = descendants(world.pid);
    expect(
      started.map(commandOf).filter((line) => /(issuer|licensing|signer\/app)\/main\.ts/.test(line)),
    ).toHaveLength(3);
    await Promise.all([ana.close(), ben.close()]);
    expect(await end(launched)).toBe(0);
    await until('their end', () => !started.some(runs), 15_000);
    expect(await attached.exited).toBe(0);
    expect(attached.err()).toContain('has ended');
    expect(() => statSync(join(state, 'world.json'))).toThrow();
  });
});

/** GET over TLS with the world's own CA. */
async function fetchOver(url: string, ca: string): Promise<unknown> {
  const { get } = await import('node:https');
  return new Promise((resolve, reject) => {
    get(url, { ca }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
}
