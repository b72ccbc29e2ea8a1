// The Electron shell in a real window: what a page is, what it is given, and all that it is refused.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callNames, frames } from '../../../contract/ipc/names.ts';
import { CONTENT_SECURITY_POLICY } from '../../../main/shell/policy.ts';
import { samples } from '../../support/ipc-samples.ts';
import { electron, needs } from '../../support/needs.ts';
import { fixturePage, Stage, type Launched } from './launch.ts';

type Api = Record<string, (input: unknown) => Promise<unknown>>;
declare global {
  interface Window {
    readonly signerConsole: Api & { on(name: string, heard: (value: unknown) => void): () => void };
  }
}

const soon = <T>(what: () => T) => expect.poll(what, { timeout: 10_000 });

let stage: Stage;

needs('electron', electron)('the Electron shell', () => {
  let launched: Launched;
  let page: Page;

  beforeAll(async () => {
    stage = await Stage.open();
    launched = await stage.launchFixture();
    page = await fixturePage(launched, 'app');
  });
  afterAll(() => stage.close());

  describe('a page', () => {
    test('comes from its own origin, with the policy as a header', async () => {
      expect(await page.evaluate(() => `${location.origin} ${String(isSecureContext)}`)).toBe(
        'app://app true',
      );
      const response = await page.reload();
      expect(await response?.headerValue('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
      expect(await response?.headerValue('x-content-type-options')).toBe('nosniff');
    });

    test('has no Node, and one global of ours', async () => {
      const names = ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'];
      const there = (asked: string[]): string[] => asked.filter((name) => name in globalThis);
      expect(await page.evaluate(there, names)).toEqual([]);
      expect(await page.evaluate(there, ['signerConsole'])).toEqual(['signerConsole']);
    });

    test.each(frames)('%s is given its own calls, frozen', async (frame) => {
      const own = await fixturePage(launched, frame);
      const given = await own.evaluate(() => {
        const api = window.signerConsole;
        const attempt = (change: () => void): string => {
          try {
            change();
            return 'done';
          } catch (thrown) {
            return String(thrown);
          }
        };
        attempt(() => void Object.assign(api, { on: () => 'mine' }));
        attempt(() => Object.defineProperty(globalThis, 'signerConsole', { value: {} }));
        return {
          names: Object.keys(window.signerConsole).sort(),
          frozen: Object.isFrozen(api) && Object.values(api).every((one) => typeof one === 'function'),
          same: window.signerConsole === api,
        };
      });
      expect(given).toEqual({ names: [...callNames[frame], 'on'].sort(), frozen: true, same: true });
    });

    test.each(frames)('%s gets an answer to each of its calls', async (frame) => {
      const own = await fixturePage(launched, frame);
      for (const name of callNames[frame].filter((one) => one !== 'act/pin')) {
        const { input, output } = samples[name];
        const reply = await own.evaluate(([n, i]) => window.signerConsole[n as string]?.(i), [name, input]);
        expect(reply).toEqual({ ok: true, value: output });
      }
    });

    test('sends a PIN as bytes', async () => {
      const own = await fixturePage(launched, 'authorize');
      const reply = await own.evaluate(() =>
        window.signerConsole['act/pin']?.({ act: 'act', bytes: new Uint8Array([49, 50, 51, 52]) }),
      );
      expect(reply).toEqual({ ok: true, value: {} });
      const reached = await launched.app.evaluate(() => globalThis.fixture.reached.at(-1));
      expect(reached).toEqual({ name: 'act/pin', input: { bytes: [49, 50, 51, 52] } });
    });

    test('hears its events, each as a value alone, until it unsubscribes', async () => {
      const value = samples['app/snapshot'].output.status;
      await page.evaluate(() => {
        const heard: unknown[] = [];
        const off = window.signerConsole.on('status/changed', (...args: unknown[]) => heard.push(args));
        Object.assign(globalThis, { heard, off });
      });
      const send = (revision: number): Promise<void> =>
        launched.app.evaluate(
          (_electron, sent) => globalThis.fixture.pages['app']?.send('status/changed', sent),
          { ...value, revision },
        );
      const heard = (): Promise<unknown> => page.evaluate(() => (globalThis as { heard?: unknown }).heard);
      await send(2);
      await soon(heard).toEqual([[{ ...value, revision: 2 }]]);
      await page.evaluate(() => (globalThis as { off?: () => void }).off?.());
      await send(3);
      await page.evaluate(() => window.signerConsole['app/hello']?.({}));
      expect(await heard()).toHaveLength(1);
    });

    test('hears nothing that is not in the table, and main is told', async () => {
      const sent = launched.app.evaluate(() =>
        globalThis.fixture.pages['app']?.send('status/changed', { pin: '123456' }),
      );
      await expect(sent).rejects.toThrow(/status\/changed/);
      const other = launched.app.evaluate(() => globalThis.fixture.pages['app']?.send('act/changed', {}));
      await expect(other).rejects.toThrow(/act\/changed/);
      await expect(page.evaluate(() => window.signerConsole.on('act/changed', () => {}))).rejects.toThrow();
    });
  });

  describe('is refused', () => {
    test('inline script, eval, inline style, markup from text', async () => {
      const said = await page.evaluate(async () => {
        const violated: string[] = [];
        document.addEventListener('securitypolicyviolation', (event) =>
          violated.push(event.effectiveDirective),
        );
        const script = document.createElement('script');
        Object.assign(globalThis, { ran: 'no' });
        const attempt = (what: () => unknown): string => {
          try {
            what();
            return 'done';
          } catch (thrown) {
            return thrown instanceof Error ? thrown.name : String(thrown);
          }
        };
        const text = attempt(() => (script.text = 'globalThis.ran = "inline"'));
        const appended = attempt(() => {
          script.append(document.createTextNode('globalThis.ran = "inline"'));
          document.body.append(script);
        });
        const handler = attempt(() => {
          document.body.setAttribute('onclick', 'globalThis.ran = "handler"');
          document.body.click();
        });
        const style = document.createElement('style');
        style.textContent = 'body { color: rgb(1, 2, 3) }';
        document.head.append(style);
        // later, because what Playwright evaluates may itself evaluate
        let evaluated = '';
        setTimeout(() => (evaluated = attempt(() => Reflect.construct(Function, ['']))), 0);
        const markup = attempt(() => (document.body.innerHTML = '<img src=x onerror="globalThis.ran = 1">'));
        await new Promise((resolve) => {
          setTimeout(resolve, 100);
        });
        return {
          ran: (globalThis as { ran?: unknown }).ran,
          text,
          appended,
          handler,
          evaluated,
          markup,
          colour: getComputedStyle(document.body).color,
          violated: [...new Set(violated)],
        };
      });
      const { ran, colour, violated, evaluated, ...texts } = said;
      expect({ ran, evaluated }).toEqual({ ran: 'no', evaluated: 'EvalError' });
      expect(new Set(Object.values(texts))).toEqual(new Set(['TypeError']));
      expect(colour).not.toBe('rgb(1, 2, 3)');
      expect(violated).toEqual(expect.arrayContaining(['style-src-elem', 'require-trusted-types-for']));
    });

    test('windows, navigation, frames, workers, downloads', async () => {
      const before = launched.app.windows().length;
      const said = await page.evaluate(async () => {
        const opened = window.open('app://app/') === null && window.open('https://example.org') === null;
        const frame = document.createElement('iframe');
        frame.src = 'app://app/';
        document.body.append(frame);
        const link = document.createElement('a');
        link.href = 'app://authorize/';
        link.download = 'x';
        link.click();
        location.href = 'https://example.org/';
        location.assign('app://authorize/');
        let worker = 'none';
        try {
          void new Worker('/assets/x.js');
        } catch (thrown) {
          worker = thrown instanceof Error ? thrown.name : 'thrown';
        }
        await new Promise((resolve) => {
          setTimeout(resolve, 300);
        });
        const inside = frame.contentDocument?.body?.textContent ?? '';
        frame.remove();
        return { opened, inside, url: location.href, worker };
      });
      expect(said).toMatchObject({ opened: true, inside: '', url: 'app://app/' });
      expect(launched.app.windows()).toHaveLength(before);
    });

    test('permissions, all of them', async () => {
      const said = await page.evaluate(async () => {
        const asked = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'];
        const states: string[] = [];
        for (const name of asked)
          states.push((await navigator.permissions.query({ name: name as PermissionName })).state);
        const camera = await navigator.mediaDevices.getUserMedia({ video: true }).then(
          () => 'given',
          (thrown: unknown) => (thrown instanceof Error ? thrown.name : 'refused'),
        );
        const clipboard = await navigator.clipboard.readText().then(
          () => 'given',
          () => 'refused',
        );
        const hid = await (navigator as { hid?: { getDevices(): Promise<unknown[]> } }).hid?.getDevices();
        return { states, camera, clipboard, hid: hid ?? [] };
      });
      expect(new Set(said.states)).toEqual(new Set(['denied']));
      expect(said).toMatchObject({ clipboard: 'refused', hid: [] });
      expect(said.camera).not.toBe('given');
    });

    test('another page’s files, what was not built, and everything but GET', async () => {
      const said = await launched.app.evaluate(async ({ session }) => {
        const ses = session.fromPartition('signer-console-app');
        const asked = [
          'app://app/',
          'app://app/index.html?x#y',
          'app://authorize/',
          'app://app/../authorize/index.html',
          'app://app/..%2fauthorize/index.html',
          'app://app/%2e%2e/%2e%2e/build.json',
          'app://app//etc/passwd',
          'app://app/build.json',
          'app://app.evil/',
          'app://ana@app/',
        ];
        const status = async (url: string, method = 'GET'): Promise<string> => {
          try {
            const response = await ses.fetch(url, { method });
            return `${response.status} ${(await response.text()).startsWith('<!doctype') ? 'page' : 'none'}`;
          } catch {
            return 'refused';
          }
        };
        const found: Record<string, string> = {};
        for (const url of asked) found[url] = await status(url);
        found['POST'] = await status('app://app/', 'POST');
        return found;
      });
      const pages = Object.entries(said).filter(([, status]) => status === '200 page');
      expect(pages.map(([url]) => url)).toEqual(['app://app/', 'app://app/index.html?x#y']);
      expect(said['POST']).toBe('405 none');
    });

    test('the network, in every way that a page has', async () => {
      const hits: string[] = [];
      const server = createServer((request, response) => {
        hits.push(request.url ?? '');
        response.end('hit');
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => {
        server.once('listening', resolve);
      });
      const { port } = server.address() as AddressInfo;
      await page.evaluate(async (base) => {
        const quietly = (what: () => unknown): void => {
          try {
            void Promise.resolve(what()).catch(() => undefined);
          } catch {
            // refused at once: that is what is hoped for
          }
        };
        quietly(() => fetch(`${base}/fetch`, { mode: 'no-cors' }));
        quietly(() => navigator.sendBeacon(`${base}/beacon`, 'x'));
        quietly(() => new WebSocket(base.replace('http', 'ws')));
        quietly(() => new EventSource(`${base}/events`));
        quietly(() => {
          const request = new XMLHttpRequest();
          request.open('GET', `${base}/xhr`);
          request.send();
        });
        for (const [tag, key] of [
          ['img', 'src'],
          ['link', 'href'],
          ['audio', 'src'],
          ['object', 'data'],
        ] as const)
          quietly(() => {
            const element = document.createElement(tag);
            if (tag === 'link') element.setAttribute('rel', 'stylesheet');
            element.setAttribute(key, `${base}/${tag}`);
            document.body.append(element);
          });
        for (const rel of ['prefetch', 'preconnect', 'dns-prefetch', 'preload'])
          quietly(() => {
            const link = document.createElement('link');
            link.rel = rel;
            link.href = `${base}/${rel}`;
            document.head.append(link);
          });
        quietly(() => import(/* @vite-ignore */ `${base}/module.js`));
        await new Promise((resolve) => {
          setTimeout(resolve, 500);
        });
      }, `http://127.0.0.1:${port}`);
      const base = `http://127.0.0.1:${port}`;
      // main's Node reaches the server, so the counting works; Chromium's network stack does not even in main
      await launched.app.evaluate(
        (_electron, url) => fetch(url).then((answer) => answer.text()),
        `${base}/node`,
      );
      const refused = launched.app.evaluate(
        ({ net }, url) => net.fetch(url).then(() => 'reached'),
        `${base}/net`,
      );
      await expect(refused).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
      server.close();
      expect(hits).toEqual(['/node']);
    });
  });
});
