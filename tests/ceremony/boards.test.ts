// Boards that lie, break off or are not there; and a rehearsal's board that is asked twice, cut off, or given half a quorum.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { beginFolderBoard, makeLogKey, openFolderBoard } from '../../ceremony/boards/folder.ts';
import { ask, endpointOf } from '../../ceremony/boards/https.ts';
import { openSignerBoard } from '../../ceremony/boards/signer.ts';
import type { Board } from '../../ceremony/ports.ts';
import { canonical } from '../../core/json/canonical.ts';
import { digestOf } from '../../core/json/digest.ts';
import { CHAIN_TYPE, type DirectoryChain, type DirectorySignature } from '../../core/trust/chain.ts';
import { openCheckpoint } from '../../core/trust/checkpoint.ts';
import { PROPOSAL_TYPE, draftNext, type Proposal } from '../../core/trust/proposal.ts';
import { nodeCrypto } from '../../ports/crypto.ts';
import { makeWorld, type World } from '../support/world.ts';
import { machine } from './stage.ts';

describe('a Signer that is asked', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;
  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = (deadline = 5000) => ask(endpointOf(url, null), { path: '/x', most: 1000, deadline });

  test('more bytes than were asked for, a redirect, a coding, silence, a connection that breaks', async () => {
    answer = (_request, response) => void response.end('x'.repeat(1001));
    await expect(get()).toRejectCode('message_too_large');
    answer = (_request, response) => void response.writeHead(302, { location: url }).end();
    await expect(get()).toRejectCode('unreachable');
    answer = (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    await expect(get()).toRejectCode('message_invalid');
    answer = () => undefined;
    await expect(get(200)).toRejectCode('timed_out');
    answer = (_request, response) => void response.writeHead(200).write('x', () => response.destroy());
    await expect(get()).toRejectCode('unreachable');
    answer = (_request, response) => void response.writeHead(500).end('not JSON');
    await expect(get()).toRejectCode('unreachable');
    answer = (_request, response) => void response.writeHead(409).end('{"code":"proposal_stale"}');
    await expect(get()).toRejectCode('proposal_stale');
    answer = (_request, response) => void response.writeHead(400).end('{"code":"of_tomorrow"}');
    await expect(get()).toRejectCode('version');
  });

  test('another chain than the pinned one is refused, whatever it says of itself', async () => {
    const [mine, other] = [makeWorld(), makeWorld()];
    answer = (_request, response) => void response.end(canonical(other.chain));
    const board = openSignerBoard({ crypto: nodeCrypto, url, ca: null, pin: mine.pin });
    await expect(board.trust()).toRejectCode('directory_unpinned');
    answer = (_request, response) => void response.end('{}');
    await expect(board.trust()).toRejectCode('schema');
  });

  test('an answer to the publication that is not one, or of another version', async () => {
    const world = makeWorld();
    const board = openSignerBoard({ crypto: nodeCrypto, url, ca: null, pin: world.pin });
    const proposal = proposalIn(world.directory, signers(world));
    answer = (_request, response) => void response.end('{"version":2}');
    await expect(board.publish(proposal, '')).toRejectCode('message_invalid');
    const leaf = {
      index: 0,
      salt: 'A'.repeat(43),
      record: {
        _type: 'https://stella.ops/signer/record/v1',
        at: '2026-01-01T00:00:00Z',
        event: 'directory',
        version: 2,
        digest: world.pin,
      },
      proof: [],
    };
    const body = { version: 2, digest: world.pin, leaf, checkpoint: 'x' };
    answer = (_request, response) => void response.end(JSON.stringify(body));
    await expect(board.publish(proposal, '')).toRejectCode('ceremony_output');
  });

  test.each([
    ['http://signer.example', null],
    ['https://signer.example', null],
    ['https://signer.example', []],
    ['http://127.0.0.1', ['a certificate']],
    ['https://user@signer.example', ['x']],
    ['https://signer.example/path', ['x']],
    ['https://signer.example/?q', ['x']],
    ['not an address', null],
  ])('%s with %j is no Signer to trust', (address, ca) => {
    expect(() => endpointOf(address, ca)).toThrowCode('usage');
  });

  test('a certificate that is none', () => {
    expect(() => endpointOf('https://signer.example', ['x'])).toThrowCode('file_malformed');
  });
});

const signers = ({ people }: World) => [people.ana, people.ben];

function proposalIn(directory: World['directory'], by: ReturnType<typeof signers>): Proposal {
  const next = draftNext(nodeCrypto, directory, '2026-11-24T12:00:00.000Z', {
    officers: directory.officers.map((one, at) => (at === 0 ? { ...one, name: 'Somebody' } : one)),
  });
  const signatures: DirectorySignature[] = by.map(({ officer, key }) => ({
    officer: officer.id,
    device: key.device.id,
    proof: key.prove('directory', next),
  }));
  return {
    _type: PROPOSAL_TYPE,
    directory: next,
    enrolments: [],
    proposedBy: signatures[0]!.officer,
    signatures,
  };
}

describe('a board in a folder', () => {
  let folder: string;
  let world: World;
  let board: Board;
  let chain: DirectoryChain;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'board-'));
    world = makeWorld();
    const log = await makeLogKey(folder);
    const directory = {
      ...world.directory,
      keys: world.directory.keys.map((key) => (key.use === 'log' ? { ...key, key: log } : key)),
    };
    chain = { _type: CHAIN_TYPE, versions: [{ directory, signatures: [] }] };
    board = await beginFolderBoard(folder, machine, chain);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const next = (by = signers(world)) => proposalIn(chain.versions[0].directory, by);

  test('publishes once, however often it is asked, by another process too', async () => {
    const since = await board.checkpoint();
    const first = await board.publish(next(), since);
    expect(first).toMatchObject({ version: 2, leaf: { index: 1 } });
    expect(await board.publish(next(), since)).toEqual(first);
    expect(await (await openFolderBoard(folder, machine)).publish(next(), since)).toEqual(first);
    const { latest } = await board.trust();
    expect([latest.version, openCheckpoint(nodeCrypto, latest, await board.checkpoint()).size]).toEqual([
      2, 2,
    ]);
  });

  test('cut off between the leaf and the chain: the leaf is not logged again', async () => {
    const since = await board.checkpoint();
    const before = readFileSync(join(folder, 'directory.json'));
    const first = await board.publish(next(), since);
    writeFileSync(join(folder, 'directory.json'), before);
    expect((await board.trust()).latest.version).toBe(1);
    expect(await board.publish(next(), since)).toEqual(first);
  });

  test('half a quorum, a stale version, a forged signature: nothing is logged', async () => {
    const since = await board.checkpoint();
    await expect(board.publish(next([world.people.ana]), since)).toRejectCode('quorum_incomplete');
    const forged = next();
    await expect(
      board.publish(
        { ...forged, directory: { ...forged.directory, issuedAt: '2027-01-01T00:00:00Z' } },
        since,
      ),
    ).toRejectCode('device_proof');
    expect(await board.checkpoint()).toBe(since);
    await board.publish(next(), since);
    const other = proposalIn(chain.versions[0].directory, signers(world));
    const stale = {
      ...other,
      directory: { ...other.directory, issuedAt: '2026-12-01T00:00:00.000Z' },
    };
    expect(digestOf(nodeCrypto, stale.directory)).not.toBe(digestOf(nodeCrypto, other.directory));
    await expect(board.publish(stale, since)).toRejectCode('proposal_stale');
  });

  test('a key that others may read is not used', async () => {
    chmodSync(join(folder, 'log-key.pem'), 0o644);
    await expect(openFolderBoard(folder, machine)).toRejectCode('file_malformed');
  });
});
