// Which shell `npm start` takes, and what it says: every ground that was thought of.
import { describe, expect, test } from 'vitest';
import { choose, type Ground } from '../../scripts/choose.ts';
import { sourceOf } from '../../scripts/fetch-electron.ts';

const best: Ground = {
  electron: '/e/electron',
  broken: null,
  chromium: '/usr/bin/chromium',
  display: true,
  root: false,
  namespaces: null,
  wanted: null,
};

describe('the shell', () => {
  test.each<[string, Partial<Ground>, string, RegExp | null]>([
    ['is Electron, without a word', {}, 'electron', null],
    ['is Electron for root, without a sandbox, and says so', { root: true }, 'electron', /as root/],
    ['is Chromium without Electron', { electron: null }, 'chromium', /npx install-electron/],
    [
      'is Chromium where Electron does not start',
      { electron: null, broken: 'the library libgtk-3.so.0 is missing' },
      'chromium',
      /libgtk-3\.so\.0/,
    ],
    [
      'is Chromium where AppArmor keeps namespaces',
      { namespaces: 'apparmor' },
      'chromium',
      /apparmor_restrict/,
    ],
    [
      'is Chromium where namespaces are forbidden',
      { namespaces: 'clone' },
      'chromium',
      /unprivileged_userns_clone/,
    ],
    [
      'is Electron for root, whatever of namespaces',
      { namespaces: 'clone', root: true },
      'electron',
      /as root/,
    ],
    [
      'is the terminal with neither',
      { electron: null, chromium: null },
      'terminal',
      /Chromium is not here either/,
    ],
    ['is the terminal without a display', { display: false }, 'terminal', /no display/],
    ['is the terminal when asked for', { wanted: 'terminal' }, 'terminal', /asked for/],
    ['is Chromium when asked for', { wanted: 'chromium' }, 'chromium', /asked for/],
    [
      'is the terminal without a display, whatever is asked for',
      { display: false, wanted: 'electron' },
      'terminal',
      /no display/,
    ],
  ])('%s', (_name, ground, shell, said) => {
    const choice = choose({ ...best, ...ground });
    expect(choice.shell).toBe(shell);
    if (said === null) expect(choice.notes).toEqual([]);
    else expect(choice.notes.join('\n')).toMatch(said);
    for (const note of choice.notes) expect(note).toMatch(/[.]$/);
  });

  test('never loses its sandbox but for root', () => {
    for (const root of [false, true])
      for (const namespaces of [null, 'apparmor', 'clone'] as const) {
        const { args, env } = choose({ ...best, root, namespaces });
        expect(args.includes('--no-sandbox')).toBe(root);
        expect('ELECTRON_DISABLE_SANDBOX' in env).toBe(root);
      }
  });
});

describe('Electron is fetched', () => {
  test('from its releases, or the mirror that is named, or not at all', () => {
    expect(sourceOf({})?.protocol).toBe('https:');
    expect(sourceOf({ ELECTRON_MIRROR: 'http://127.0.0.1:8/x/' })?.host).toBe('127.0.0.1:8');
    expect(sourceOf({ ELECTRON_MIRROR: 'no address' })).toBeNull();
    expect(sourceOf({ ELECTRON_SKIP_BINARY_DOWNLOAD: '1' })).toBeNull();
  });
});
