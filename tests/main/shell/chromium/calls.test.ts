// Calls and events between a page in Chromium and its handlers: values, bytes, and whatever a page may try instead.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChromiumPage } from '../../../../main/shell/chromium/page.ts';
import { chromium, needs } from '../../../support/needs.ts';
import { hello } from './handlers.ts';
import { inPage, openStage, type Stage } from './stage.ts';

needs('chromium', chromium)('a page in Chromium', () => {
  let stage: Stage;
  let app: ChromiumPage;
  let authorize: ChromiumPage;
  const copied: string[] = [];
  const pins: Uint8Array[] = [];

  beforeAll(async () => {
    stage = await openStage();
    app = await stage.open('app', {
      'app/hello': () => hello,
      'app/copy': ({ text }) => {
        copied.push(text);
        return {};
      },
    });
    authorize = await stage.open('authorize', {
      'act/pin': ({ bytes }) => {
        pins.push(bytes);
        return {};
      },
    });
  });
  afterAll(() => stage.close());

  const ask = (page: ChromiumPage, name: string, input: string) =>
    inPage(page, `signerConsole[${JSON.stringify(name)}](${input})`);

  test('is given its own functions, frozen, before its first script', async () => {
    expect(await inPage(app, 'found.api')).toBe('object');
    expect(await inPage(app, 'Object.isFrozen(signerConsole)')).toBe(true);
    expect(await inPage(app, 'Object.keys(signerConsole).includes("act/pin")')).toBe(false);
    expect(await inPage(authorize, 'Object.keys(signerConsole)')).toContain('act/pin');
    await expect(inPage(app, '"use strict"; signerConsole["app/hello"] = null')).rejects.toThrow();
    await expect(inPage(app, '"use strict"; globalThis.signerConsole = {}')).rejects.toThrow();
  });

  test('finds no name of the bridge', async () => {
    const names = (await inPage(app, 'found.names')) as string[];
    expect(names.filter((name) => /^c[0-9a-f]{32}/.test(name))).toEqual([]);
    expect(names.filter((name) => /playwright|^__/i.test(name))).toEqual([]);
  });

  test('asks and is answered', async () => {
    expect(await ask(app, 'app/hello', '{}')).toEqual({ ok: true, value: hello });
    expect(await ask(app, 'app/copy', '{ text: "a\\u0000\\u2028\\ud83d\\ude00" }')).toEqual({
      ok: true,
      value: {},
    });
    expect(copied.at(-1)).toBe('a\u0000\u2028\u{1F600}');
  });

  test('sends bytes as bytes', async () => {
    const all = Uint8Array.from({ length: 255 }, (_, at) => at);
    const reply = await ask(
      authorize,
      'act/pin',
      '{ act: "a", bytes: Uint8Array.from({ length: 255 }, (_, at) => at) }',
    );
    expect(reply).toEqual({ ok: true, value: {} });
    expect(pins.at(-1)).toBeInstanceOf(Uint8Array);
    expect(pins.at(-1)).toEqual(all);
  });

  test.each([
    ['a list where bytes belong', '{ act: "a", bytes: [1, 2] }'],
    ['what bytes look like on the way', '{ act: "a", bytes: ["bytes", "AQID"] }'],
    ['no bytes', '{ act: "a", bytes: new Uint8Array() }'],
    ['too many', '{ act: "a", bytes: new Uint8Array(256) }'],
    ['a member too many', '{ act: "a", bytes: Uint8Array.of(1), more: 1 }'],
    ['a prototype', '{ act: "a", bytes: Uint8Array.of(1), ["__proto__"]: 1 }'],
  ])('is refused %s', async (_, input) => {
    const before = pins.length;
    expect(await ask(authorize, 'act/pin', input)).toMatchObject({
      ok: false,
      error: { code: 'schema_invalid' },
    });
    expect(pins).toHaveLength(before);
  });

  test.each([
    ['a function', '() => 1'],
    ['an object of a class', '{ text: new Date() }'],
    ['a node of the document', '{ text: document }'],
    ['a number that is none', '{ text: NaN }'],
    ['a circle', '(() => { const a = {}; a.a = a; return a; })()'],
    ['depth', '(() => { let a = 1; for (let i = 0; i < 100000; i++) a = [a]; return a; })()'],
  ])('cannot send %s', async (_, input) => {
    expect(await ask(app, 'app/copy', input)).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  test('answers that cross each other find their calls', async () => {
    const replies = (await inPage(
      app,
      'Promise.all(Array.from({ length: 200 }, (_, at) => signerConsole[at % 2 ? "app/hello" : "app/copy"](at % 2 ? {} : { text: String(at) })))',
    )) as { value: object }[];
    expect(replies.filter(({ value }) => 'build' in value)).toHaveLength(100);
  });

  test('hears events, until it unsubscribes, and no event of another page', async () => {
    await inPage(
      app,
      `globalThis.heard = []; globalThis.off = signerConsole.on('app/navigate', (value) => heard.push(value)); undefined`,
    );
    app.send('app/navigate', { to: 'room', room: 'keys' });
    await expect.poll(() => inPage(app, 'heard')).toEqual([{ to: 'room', room: 'keys' }]);
    await inPage(app, 'off()');
    app.send('app/navigate', { to: 'room', room: 'journal' });
    await ask(app, 'app/hello', '{}');
    expect(await inPage(app, 'heard')).toHaveLength(1);
    await expect(inPage(app, `signerConsole.on('act/changed', () => 1)`)).rejects.toThrow(
      'no event of this page',
    );
    expect(() => app.send('act/changed', {})).toThrow('no event of app');
    expect(() => app.send('app/navigate', { to: 'room' })).toThrow('app/navigate');
  });

  test('works after it was loaded again', async () => {
    await app.tab.reload();
    expect(await ask(app, 'app/hello', '{}')).toEqual({ ok: true, value: hello });
    expect(await inPage(app, 'isSecureContext')).toBe(true);
  });

  test('bears the title that main gave it', async () => {
    expect(await authorize.tab.title()).toBe('The authorize');
  });

  test('a text that main copies is on the clipboard', async () => {
    await app.tab.bringToFront();
    stage.shell.copy('sha256:abc');
    await app.tab.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await expect.poll(() => inPage(app, 'navigator.clipboard.readText()')).toBe('sha256:abc');
  });
});
