// What a page in Chromium may not: call as somebody else, go anywhere, open anything, or reach anybody.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CDPSession } from 'playwright-core';
import { chromiumOrigin } from '../../../../contract/ipc/chromium-origin.ts';
import { toText } from '../../../../contract/ipc/text.ts';
import type { ChromiumPage } from '../../../../main/shell/chromium/page.ts';
import { chromium, needs } from '../../../support/needs.ts';
import { listen, type Ears } from './ears.ts';
import { hello } from './handlers.ts';
import { inPage, openStage, type Stage } from './stage.ts';

interface World {
  readonly id: number;
  readonly name: string;
  readonly auxData: { readonly frameId: string };
}

/** What the debugging pipe knows and no page does: the worlds of all frames, and with that the name of the channel. */
async function worldsOf(page: ChromiumPage): Promise<{ cdp: CDPSession; worlds: World[]; channel: string }> {
  const cdp = await page.tab.context().newCDPSession(page.tab);
  const worlds: World[] = [];
  cdp.on('Runtime.executionContextCreated', ({ context }) => worlds.push(context as unknown as World));
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.disable');
  const channel = worlds.find(({ name }) => /^c[0-9a-f]{32}$/.test(name))?.name ?? '';
  return { cdp, worlds, channel };
}

needs('chromium', chromium)('a page in Chromium may not', () => {
  let stage: Stage;
  let app: ChromiumPage;
  let ears: Ears;
  let hellos = 0;
  const home = `${chromiumOrigin('app')}/`;

  beforeAll(async () => {
    ears = await listen();
    stage = await openStage();
    app = await stage.open('app', {
      'app/hello': () => {
        hellos += 1;
        return hello;
      },
    });
  });
  afterAll(async () => {
    await stage.close();
    await ears.close();
  });

  const works = async (): Promise<void> => {
    await app.tab.waitForFunction('globalThis.signerConsole');
    expect(await inPage(app, `signerConsole['app/hello']({})`)).toMatchObject({ ok: true });
    expect(app.tab.url()).toBe(home);
  };

  test('call from a frame inside it: the frame has no functions', async () => {
    const found = await inPage(
      app,
      `(() => { const f = document.createElement('iframe'); f.id = 'inner'; document.body.append(f);
        return [typeof f.contentWindow.signerConsole, f.contentWindow.origin]; })()`,
    );
    expect(found).toEqual(['undefined', chromiumOrigin('app')]);
  });

  test('call from a frame inside it: a forged call of its world is refused by where it came from', async () => {
    const before = hellos;
    const { cdp, worlds, channel } = await worldsOf(app);
    expect(channel).not.toBe('');
    const main = (await cdp.send('Page.getFrameTree')).frameTree.frame.id;
    const inner = worlds.filter(({ name, auxData }) => name === channel && auxData.frameId !== main);
    const outer = worlds.filter(({ name, auxData }) => name === channel && auxData.frameId === main);
    expect([inner.length, outer.length]).toEqual([1, 1]);
    const failures = stage.failed.length;
    const { exceptionDetails } = await cdp.send('Runtime.evaluate', {
      contextId: inner[0]?.id ?? 0,
      expression: `globalThis[${JSON.stringify(channel)}](${JSON.stringify(`call ${toText({ id: 1, name: 'app/hello', input: {} })}`)})`,
    });
    expect(exceptionDetails).toBeUndefined();
    await expect.poll(() => stage.failed.length).toBe(failures + 1);
    expect(stage.failed.at(-1)?.cause).toMatchObject({
      code: 'call_forbidden',
      detail: 'not the main frame',
    });
    expect(hellos).toBe(before);
    await inPage(app, `document.getElementById('inner').remove()`);
  });

  test('call what belongs to another page, even past its own functions', async () => {
    const { channel } = await worldsOf(app);
    const failures = stage.failed.length;
    const asks = ['act/pin', 'act/begin', 'virtual-key/press', '__proto__', 'constructor', ''];
    for (const name of asks)
      await inPage(
        app,
        `document.dispatchEvent(new CustomEvent('${channel}-call', { detail: ${JSON.stringify(toText({ id: 1, name, input: {} }))} }))`,
      );
    await expect.poll(() => stage.failed.length).toBe(failures + asks.length);
    for (const { cause } of stage.failed.slice(failures))
      expect(cause).toMatchObject({ code: 'call_forbidden' });
  });

  test('break the bridge with a thousand messages that are none', async () => {
    const { channel } = await worldsOf(app);
    const before = hellos;
    await inPage(
      app,
      `(() => {
        const bad = ['', '{', 'null', '[]', '[1]', '["bytes","*"]', '{"id":"1"}', '{"id":1e999}', '1', '"x"', '{"__proto__":1}',
          '['.repeat(100000), '{"id":{}}', 'x'.repeat(5000000)];
        for (let at = 0; at < 1000; at++) {
          const detail = at % 100 ? bad[at % (bad.length - 1)] : bad[bad.length - 1];
          document.dispatchEvent(new CustomEvent('${channel}-call', { detail }));
        }
        document.dispatchEvent(new CustomEvent('${channel}-call', { detail: { id: 1 } }));
        document.dispatchEvent(new Event('${channel}-call'));
      })()`,
    );
    await works();
    expect(hellos).toBe(before + 1);
  });

  test('make itself deaf to main for good: what it breaks of its own world ends with the document', async () => {
    await inPage(
      app,
      `Promise.prototype.then = () => 1; EventTarget.prototype.dispatchEvent = () => 1; Map.prototype.get = () => 1;
       JSON.parse = () => 1; undefined`,
    );
    await app.tab.reload();
    await works();
  });

  test.each([
    ['a stranger', 'https://example.org/'],
    ['this machine', 'http://127.0.0.1:PORT/'],
    ['the authorize document', `${chromiumOrigin('authorize')}/`],
    ['a file of its own', `${chromiumOrigin('app')}/first.js`],
    ['a path outside', `${chromiumOrigin('app')}/..%2f..%2fpreload/chromium-page.js`],
    ['an empty page', 'about:blank'],
    ['a page of its own making', 'BLOB'],
    ['a file', 'file:///etc/passwd'],
    ['a scheme', 'signer-console://request/01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['markup', 'data:text/html,<p>hi'],
    ['script', 'javascript:document.title="gone"'],
  ])('go to %s', async (_, to) => {
    const address =
      to === 'BLOB'
        ? `URL.createObjectURL(new Blob(['<p>mine'], { type: 'text/html' }))`
        : JSON.stringify(to.replace('PORT', String(ears.port)));
    await inPage(app, `void setTimeout(() => { location.href = ${address}; }, 0)`);
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
    });
    await app.tab.waitForURL(home);
    await works();
    expect(await app.tab.title()).not.toBe('gone');
    expect(ears.heard).toEqual([]);
  });

  test('open a window', async () => {
    const tabs = app.tab.context().pages().length;
    expect(await inPage(app, `window.open('about:blank') === null`)).toBe(true);
    await inPage(
      app,
      `(() => { const a = document.createElement('a'); a.href = '/'; a.target = '_blank'; a.click(); })()`,
    );
    await works();
    expect(app.tab.context().pages()).toHaveLength(tabs);
  });

  test('keep a window that somebody else opened', async () => {
    const tab = await app.tab.context().newPage();
    if (!tab.isClosed()) await tab.waitForEvent('close');
    await works();
  });

  test('reach anybody', async () => {
    const at = `127.0.0.1:${ears.port}`;
    await inPage(
      app,
      `(async () => {
        const tries = [
          () => fetch('http://${at}/'), () => fetch('https://${at}/', { mode: 'no-cors' }), () => fetch('/first.js'),
          () => navigator.sendBeacon('http://${at}/', 'x'),
          () => new WebSocket('ws://${at}/'), () => new EventSource('http://${at}/'),
          () => { new Image().src = 'http://${at}/a.png'; },
          () => { const l = document.createElement('link'); l.rel = 'preconnect'; l.href = 'http://${at}/'; document.head.append(l); },
          () => { const l = document.createElement('link'); l.rel = 'prefetch'; l.href = 'http://${at}/'; document.head.append(l); },
          () => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = 'http://${at}/'; document.head.append(l); },
          () => { const f = document.createElement('iframe'); f.src = 'http://${at}/'; document.body.append(f); },
          () => { const f = document.createElement('form'); f.action = 'http://${at}/'; f.method = 'post'; document.body.append(f); f.submit(); },
          () => { const v = document.createElement('video'); v.src = 'http://${at}/'; document.body.append(v); },
          () => new Worker('/first.js'), () => navigator.serviceWorker.register('/first.js'),
          () => new WebTransport('https://${at}/'),
          async () => {
            const servers = ['stun:${at}', 'turn:${at}?transport=tcp', 'turn:${at}?transport=udp'];
            const peer = new RTCPeerConnection({ iceServers: servers.map((urls) => ({ urls, username: 'a', credential: 'b' })) });
            peer.createDataChannel('x');
            await peer.setLocalDescription(await peer.createOffer());
          },
        ];
        // whether it throws says nothing; whether anybody hears it is asked below
        for (const one of tries) try { void Promise.resolve(one()).catch(() => 1); } catch {}
        await new Promise((resolve) => setTimeout(resolve, 1500));
      })()`,
    );
    expect(ears.heard).toEqual([]);
    await works();
  });

  test('have what a browser asks a person for', async () => {
    const asked = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'];
    const states = await inPage(
      app,
      `Promise.all(${JSON.stringify(asked)}.map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))`,
    );
    expect(states).toEqual(asked.map(() => 'denied'));
  });

  test('stop the person with a question, or keep its window from closing', async () => {
    expect(await inPage(app, `[confirm('Sign?'), prompt('PIN?')]`)).toEqual([false, null]);
  });
});
