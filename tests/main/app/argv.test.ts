// Arguments and deep links: the few forms that are taken, and everything that only looks like them.
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../main/app/argv.ts';
import { linkedRequest, requestLinked as linkIn } from '../../../main/shell/deep-link.ts';
import { argumentsFor, withoutOwn } from '../../../main/app/others.ts';

const ID = '01JD8Z6T3V9W4X5Y6Z7A8B9CDE';
const link = `signer-console://request/${ID}`;

describe('deep links', () => {
  test('open one request', () => {
    expect(linkedRequest(link)).toBe(ID);
    expect(linkedRequest(`${link}/`)).toBe(ID);
  });

  test.each([
    ['another scheme', `stella-console://request/${ID}`],
    ['the scheme in capitals', `SIGNER-CONSOLE://request/${ID}`],
    ['the page scheme', `app://request/${ID}`],
    ['a web address', `https://request/${ID}`],
    ['a verb', `signer-console://approve/${ID}`],
    ['a traversal', `signer-console://request/../approve/${ID}`],
    ['a traversal behind', `${link}/../approve`],
    ['an encoded traversal', `signer-console://request/%2e%2e%2f${ID}`],
    ['an encoded letter', `signer-console://request/%30${ID.slice(1)}`],
    ['a query', `${link}?verdict=approve`],
    ['a fragment', `${link}#approve`],
    ['a user', `signer-console://me@request/${ID}`],
    ['a port', `signer-console://request:1/${ID}`],
    ['a backslash', `signer-console:\\\\request\\${ID}`],
    ['one slash', `signer-console:/request/${ID}`],
    ['small letters', `signer-console://request/${ID.toLowerCase()}`],
    ['a letter that ULIDs lack', `signer-console://request/${ID.replace('J', 'U')}`],
    ['a time that ULIDs lack', `signer-console://request/8${ID.slice(1)}`],
    ['one letter more', `${link}A`],
    ['a line after it', `${link}\n`],
    ['a NUL', `${link}\0`],
    ['a space before it', ` ${link}`],
    ['letters that look like it', `signer-cоnsole://request/${ID}`],
    ['a hundred megabytes', `${link}${'/'.repeat(100 * 1024 * 1024)}`],
    ['nothing', ''],
  ])('%s opens nothing', (_, text) => {
    expect(linkedRequest(text)).toBeNull();
    expect(linkIn(['--demo', text])).toBeNull();
  });

  test('of a second instance only one link counts, and nothing else there does', () => {
    expect(linkIn(['--demo', '--officer', 'eve', '--data', '/etc', link])).toBe(ID);
    expect(linkIn([link, link.replace('01', '02')])).toBeNull();
    expect(linkIn([...Array.from({ length: 1000 }, () => '--x'), link])).toBeNull();
  });
});

describe('arguments', () => {
  test('are read', () => {
    expect(readArguments([])).toEqual({ demo: false, officer: null, data: null, request: null });
    expect(readArguments(['--demo', '--officer', 'ben', '--data=/tmp/x', link])).toEqual({
      demo: true,
      officer: 'ben',
      data: '/tmp/x',
      request: ID,
    });
    expect(readArguments(['--no-sandbox', '--inspect=0', '--remote-debugging-port=0', '--demo']).demo).toBe(
      true,
    );
  });

  test.each([
    [['--demoo']],
    [['demo']],
    [['--officer', 'ben']],
    [['--demo', '--officer']],
    [['--demo', '--officer', '--data']],
    [['--demo', '--officer', '../ana']],
    [['--demo', '--officer', 'Ana']],
    [['--demo', '--officer=ana', '--officer=ben']],
    [['--demo', '--demo']],
    [['--demo', '--data', 'relative']],
    [['--demo', '--data', '/a\0b']],
    [['--demo', '--data', `/${'a'.repeat(5000)}`]],
    [['--signer', 'https://evil']],
    [[link, link]],
    [[`${link}?x`]],
    [Array.from({ length: 100 }, () => '--no-sandbox')],
  ])('%j cannot be used', (argv) => {
    expect(() => readArguments(argv)).toThrowCode('usage');
  });

  test("another officer's Console gets the same data and shell, never a link", () => {
    expect(
      argumentsFor(['--no-sandbox', '--demo', '--officer', 'ana', '--data=/d', link], 'ben', '/d'),
    ).toEqual(['--no-sandbox', '--demo', '--officer', 'ben', '--data', '/d']);
    expect(argumentsFor(['--data', '/x', '--demo'], 'ben', null)).toEqual(['--demo', '--officer', 'ben']);
  });
});

test('a Console for another officer is started with the shell’s arguments and none of this one’s, wherever they stand', () => {
  const line = ['--inspect=0', '/app', '--demo', '--officer', 'ana', '--no-sandbox'];
  expect(withoutOwn(line, ['--demo', '--officer', 'ana'])).toEqual(['--inspect=0', '/app', '--no-sandbox']);
  expect(withoutOwn(['/app', '--data', '/app', '--demo'], ['--data', '/app', '--demo'])).toEqual(['/app']);
  expect(withoutOwn(['/app'], [])).toEqual(['/app']);
});
