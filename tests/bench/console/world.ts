// The demo's world as a process beside the app, so that the app alone is measured; and what is asked of it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { WorldReady, type WorldWish } from '../../../contract/demo/world.ts';
import { root } from '../../layers/tree.ts';

export interface World {
  readonly state: string;
  readonly ready: WorldReady;
  ask(wish: WorldWish): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts one whose pipeline does nothing by itself. Error when it does not say that it is ready. */
export async function startWorld(state: string): Promise<World> {
  const entry = join(root, 'demo', 'world', 'main.ts');
  if (!existsSync(entry)) throw new Error('there is no demo/world/main.ts to run');
  const child = spawn(process.execPath, [entry, '--state', state, '--quiet'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text));
  const first = await Promise.race([line, ended.then(() => undefined)]);
  if (first === undefined) throw new Error('the world ended before it was ready');
  const ready = WorldReady.parse(JSON.parse(first));
  const { url, token } = ready.control;
  return {
    state,
    ready,
    async ask(wish) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(wish),
      });
      if (!answer.ok)
        throw new Error(`the world refused ${wish.wish}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Has this many more holds wait. */
export async function flood(world: World, count: number): Promise<void> {
  const answer = (await world.ask({ wish: 'flood', count })) as { readonly held?: number };
  if (answer.held !== count) throw new Error(`of ${count} only ${String(answer.held)} are held`);
}

/** Has one hold come and go, so that nothing waits and the Signer has said so. */
export async function comeAndGo(world: World): Promise<void> {
  const answer = (await world.ask({ wish: 'submit', document: 'vex' })) as { readonly requestId?: string };
  await world.ask({ wish: 'withdraw', requestId: String(answer.requestId) });
}
