// Opens the app page with the quieter rooms filled, and goes to one of them.
import type { Page } from 'playwright-core';
import type { Look } from './browser.ts';
import * as fixtures from './fixtures/rooms.ts';
import { night } from './fixtures/queue.ts';
import { hello } from './fixtures/status.ts';
import { starting, type Scene, type Stage } from './stage.ts';

export type RoomName = 'bypass' | 'devices' | 'keys' | 'journal' | 'settings';
const keyOf: Readonly<Record<RoomName, string>> = {
  bypass: 'b',
  devices: 'd',
  keys: 'k',
  journal: 'j',
  settings: 's',
};

/** `empty`: the room before anything is in it. */
export async function openRoom(
  stage: Stage<'app'>,
  room: RoomName,
  look: Look = {},
  empty = false,
): Promise<Scene<'app'>> {
  const { bypass, devices, directory, keys, settings, journal, detail } = fixtures;
  const full = { bypass, devices, directory, keys, settings };
  const none = {
    bypass: { revision: 2, grants: [] },
    devices: { revision: 2, looking: false, fault: null, cards: [] },
    keys: { revision: 2, keys: [] },
    settings,
  };
  const scene = await stage.open(
    {
      ...starting({
        queue: { revision: 1, whole: true, asOf: null, rows: [...night] },
        ...(empty ? none : full),
      }),
      'app/hello': () => ({
        ...hello,
        officer: { id: 'ana', name: 'Ana Weiss' },
        machine: 'ana-laptop',
      }),
      'journal/search': ({ query }) => {
        const rows = empty ? [] : journal.filter((r) => JSON.stringify(r).includes(query));
        return { total: rows.length, rows };
      },
      'journal/show': () => detail,
      'journal/verify': () => ({ size: 1210, root: 'r', unrecorded: 0, fault: null }),
      'journal/export': () => ({ path: '/home/ana/journal.jsonl' }),
      'evidence/verify': () => ({
        outcome: 'signed',
        officers: ['ana', 'ben'],
        directory: 3,
        checkpoint: 41_208,
        fault: null,
      }),
      'bypass/revoke': () => ({}),
      'devices/enrol': () => ({}),
      'devices/identify': () => ({}),
      'devices/set-pin': () => ({}),
      'directory/sign': () => ({}),
      'keys/suspend': () => ({}),
      'keys/end-suspension': () => ({}),
    },
    look,
  );
  await scene.page.getByRole('navigation').first().waitFor();
  await scene.page.keyboard.press('g');
  await scene.page.keyboard.press(keyOf[room]);
  await settled(scene.page);
  return scene;
}

/** Waits until what a room asks for has come and stands. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForTimeout(400);
}
