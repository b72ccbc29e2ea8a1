// One instance for a user, and in the demo one for each officer; no argument makes another folder of it.
import { expect, test } from 'vitest';
import { instanceFolder } from '../../../main/shell/electron/instance.ts';

test.each([
  [['electron', '.', '--demo', '--officer', 'ben'], 'electron-ben'],
  [['electron', '.', '--officer=ben', '--demo'], 'electron-ben'],
  [['electron', '.', '--demo'], 'electron'],
  [['signer-console', 'signer-console://request/01M84V0CCVAFQFP3TBQNQ6TCSR'], 'electron'],
])('%j', (argv, folder) => {
  expect(instanceFolder(argv)).toBe(folder);
});

test.each([
  ['no demo', ['--officer', 'ben']],
  ['no officer', ['--demo', '--officer']],
  ['an option', ['--demo', '--officer', '--data']],
  ['a folder above', ['--demo', '--officer', '../../etc']],
  ['a folder below', ['--demo', '--officer=a/b']],
  ['nothing', ['--demo', '--officer=']],
  ['capitals', ['--demo', '--officer', 'BEN']],
  ['a NUL', ['--demo', '--officer', 'ben\0']],
  ['very long', ['--demo', '--officer', 'b'.repeat(5000)]],
])('%s is the user’s own', (_, argv) => {
  expect(instanceFolder(argv)).toBe('electron');
});
