// The gate `release`: the allowlist as it is on disk at each request, and a list that cannot be read trusts nothing.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeRelease } from '../../../signer/gates/release.ts';
import type { Caller } from '../../../signer/desk/ports.ts';
import type { SignBody } from '../../../contract/wire/sign.ts';

const folder = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'allowlist.json');
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const write = (text: string): void => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

test('passes what is listed, fails what is not, follows the file, and is unavailable without a good one', async () => {
  const reports: unknown[] = [];
  const gate = makeRelease(path, (thrown) => reports.push(thrown));
  const ask = (letter: string) => gate({} as Caller, { scannerImageDigest: digest(letter) } as SignBody);
  expect(await ask('a')).toMatchObject({
    gate: 'release',
    result: 'unavailable',
    code: 'allowlist_unavailable',
  });
  write(JSON.stringify({ digests: [digest('a')] }));
  const pass = await ask('a');
  expect(pass).toMatchObject({
    result: 'pass',
    code: 'allowlisted',
    facts: { scannerImageDigest: digest('a') },
  });
  expect(pass.facts['allowlist']).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(await ask('b')).toMatchObject({ result: 'fail', code: 'not_allowlisted' });
  write(JSON.stringify({ digests: [digest('b')] }));
  expect(await ask('a')).toMatchObject({ result: 'fail' });
  expect(await ask('b')).toMatchObject({ result: 'pass' });
  for (const bad of ['{', '{"digests": ["x"]}', `{"digests": [], "digests": ["${digest('b')}"]}`, '[]']) {
    write(bad);
    expect(await ask('b')).toMatchObject({ result: 'unavailable' });
  }
  expect(reports).toHaveLength(5);
});
