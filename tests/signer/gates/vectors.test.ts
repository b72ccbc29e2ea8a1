// The proofs in RFC 9449 itself: good at their own time for their own URL, refused for anything else.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeKeyCache } from '../../../signer/gates/keys.ts';
import { accessTokenHash, checkProof, IAT_WINDOW } from '../../../signer/gates/proof.ts';

interface Case {
  readonly name: string;
  readonly proof: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly jkt: string;
  readonly access_token?: string;
  readonly ath?: string;
}

const file = new URL('../../vectors/rfc9449-dpop/cases.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
const keys = makeKeyCache(2);

test('the file holds both kinds', () => {
  expect(cases.filter((one) => one.access_token === undefined)).not.toHaveLength(0);
  expect(cases.filter((one) => one.access_token !== undefined)).not.toHaveLength(0);
});

describe.each(cases)('$name', ({ proof, htm, htu, iat, jkt, access_token, ath }) => {
  const expected = {
    htm,
    url: htu,
    now: iat * 1000,
    ...(access_token === undefined ? {} : { accessToken: access_token }),
  };

  test('is good, and says whose it is', async () => {
    expect(await checkProof(proof, expected, keys)).toMatchObject({ jkt, nonce: undefined });
    if (access_token !== undefined) expect(accessTokenHash(access_token)).toBe(ath);
  });

  test.each([
    ['another method', { htm: 'DELETE' }],
    ['another URL', { url: `${htu}x` }],
    ['too late', { now: (iat + IAT_WINDOW + 1) * 1000 }],
    ['too early', { now: (iat - IAT_WINDOW - 1) * 1000 }],
    ['another token', { accessToken: 'other' }],
  ])('is refused: %s', async (_what, change) => {
    await expect(checkProof(proof, { ...expected, ...change }, keys)).toRejectCode('proof_invalid');
  });
});
