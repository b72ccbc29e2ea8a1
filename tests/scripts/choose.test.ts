// Which shell `npm start` takes, and what it says: every ground that was thought of.
import { describe, expect, test } from 'vitest';
import { choose, type Ground } from '../../scripts/choose.ts';
import { seesDisplay } from '../../scripts/ground.ts';
import { sourceOf } from '../../scripts/fetch-electron.ts';
import { startDisplay } from '../support/display.ts';
import { display, needs } from '../support/needs.ts';

const best: Ground = {
  electron: '/e/electron',
  broken: null,
  chromium: '/usr/bin/chromium',
  display: 'x',
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
    ['is the terminal without a display', { display: null }, 'terminal', /no display/],
    ['is the terminal where the display is dead', { display: 'dead' }, 'terminal', /does not answer/],
    ['is the terminal when asked for', { wanted: 'terminal' }, 'terminal', /asked for/],
    ['is Chromium when asked for', { wanted: 'chromium' }, 'chromium', /asked for/],
    [
      'is the terminal without a display, whatever is asked for',
      { display: null, wanted: 'electron' },
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

  test('is told to speak Wayland where nothing else answers', () => {
    expect(choose({ ...best, display: 'wayland' }).args).toEqual(['--ozone-platform=wayland']);
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

test('a display is one that answers', async () => {
  expect(await seesDisplay({})).toBeNull();
  expect(await seesDisplay({ DISPLAY: ':7654' })).toBe('dead');
  expect(await seesDisplay({ DISPLAY: ':7654', WAYLAND_DISPLAY: 'none', XDG_RUNTIME_DIR: '/nowhere' })).toBe(
    'dead',
  );
  expect(await seesDisplay({ DISPLAY: 'desk.example:0' })).toBe('x');
});

needs('Xvfb', display)('a display of one’s own', () => {
  test('answers until it is stopped', async () => {
    const own = await startDisplay();
    try {
      expect(await seesDisplay({ DISPLAY: own.name })).toBe('x');
      expect(await seesDisplay({ DISPLAY: `${own.name}.0` })).toBe('x');
    } finally {
      await own.stop();
    }
    expect(await seesDisplay({ DISPLAY: own.name })).toBe('dead');
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
