// Deep links: one form opens a request, and nothing else does anything.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestLinked } from '../../../main/shell/deep-link.ts';
import { count } from '../../support/counts.ts';

const id = '01M84V0CCVAFQFP3TBQNQ6TCSR';
const link = `signer-console://request/${id}`;

test.each([
  [[link]],
  [[`${link}/`]],
  [['electron', '.', '--demo', link]],
  [['--flag', link, 'https://example.org']],
])('%j opens', (argv) => {
  expect(requestLinked(argv)).toBe(id);
});

test.each([
  ['nothing', []],
  ['another scheme', [`http://request/${id}`]],
  ['another verb', [`signer-console://approve/${id}`]],
  ['an id that is none', ['signer-console://request/01M84V0CCVAFQFP3TBQNQ6TCSI']],
  ['an id that is too late', ['signer-console://request/91M84V0CCVAFQFP3TBQNQ6TCSR']],
  ['a lower-case id', [link.toLowerCase()]],
  ['a query', [`${link}?verdict=approve`]],
  ['a fragment', [`${link}#approve`]],
  ['a path behind it', [`${link}/approve`]],
  ['a path that climbs', [`signer-console://request/../request/${id}`]],
  ['a user and a port', [`signer-console://a:b@request:80/${id}`]],
  ['a line after it', [`${link}\n--approve`]],
  ['two links', [link, link]],
  ['two links that differ', [link, 'signer-console://request/01M84V0CCVAFQFP3TBQNQ6TCSS']],
  ['a link and half a link', [link, 'signer-console:']],
  ['a null byte', [`${link}\0`]],
  ['a link behind a flood', [...Array.from({ length: 100 }, () => 'x'), link]],
])('%s opens nothing', (_name, argv) => {
  expect(requestLinked(argv)).toBeNull();
});

test('noise opens nothing and throws nothing', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('signer-console:', '//', 'request/', id, '?', '%2e%2e/'),
  );
  fc.assert(
    fc.property(fc.array(fc.array(piece).map((pieces) => pieces.join(''))), (argv) => {
      const opened = requestLinked(argv);
      expect(opened === null || argv.some((arg) => arg.startsWith(link))).toBe(true);
    }),
    { numRuns: count(5000) },
  );
});
