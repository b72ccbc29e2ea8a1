// protocol: one whole held request without the person, against its own cryptographic operations alone.
import { randomUUID } from 'node:crypto';
import { API } from '../../signer/http/server.ts';
import { decideAs, openHouse, STRANGE, TENANT, tearDown, type House } from '../signer/desk/house.ts';
import { BODY, send, startOutside, type Outside } from '../signer/http/setup.ts';
import { makeWorld, type World } from '../support/world.ts';
import { compare, type Bench } from './harness.ts';
import { record } from './operations.ts';

const RUNS = 40;
const TOKEN_AND_PROOF = 2;

/** Asks over HTTP with token and proof, decides as an officer's Console does, and takes the signed answer with its evidence. */
async function heldRequest(house: House, outside: Outside): Promise<void> {
  const path = `${API}/sign/dsse`;
  const headers = {
    ...(await outside.credentials('POST', path)),
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const body = JSON.stringify({ ...BODY, scannerImageDigest: STRANGE });
  const answer = await send(outside.origin, { method: 'POST', path, headers, body });
  const id = String(answer.json['requestId']);
  if (answer.status !== 202) throw new Error(`the request was not held: ${answer.status}`);
  await decideAs(house, house.world.people.ana, id);
  const { result } = await house.desk.status(TENANT, id, outside.origin);
  if (!result) throw new Error('nothing was signed');
  await house.desk.evidence(TENANT, id);
}

function keysOf(world: World) {
  const people = Object.values(world.people);
  return [
    ...Object.values(world.keys),
    ...people.map((p) => p.key.soft),
    ...people.map((p) => p.machine.sign),
  ];
}

export const protocol: Bench = {
  name: 'protocol',
  async run(report) {
    const house = await openHouse(makeWorld({ requestsPerMinute: 1_000_000 }));
    const outside = await startOutside({ desk: house.desk });
    try {
      const run = () => heldRequest(house, outside);
      for (let i = 0; i < 3; i++) await run();
      const alone = await record(keysOf(house.world), TOKEN_AND_PROOF, run);
      const { hashes, hashedBytes, checks, signatures } = alone;
      const name = `its ${checks} checks, ${signatures} signatures, ${hashes} hashes (${hashedBytes} bytes) alone`;
      report(
        await compare(
          'protocol',
          { name: 'held request, asked to evidence', run },
          { name, run: alone.repeat },
          RUNS,
        ),
      );
    } finally {
      await outside.close();
      await tearDown(house);
    }
  },
};
