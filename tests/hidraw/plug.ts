// Inside a machine with uhid: plugs our virtual key into its kernel, runs a peer's program against it, and ends with it.
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { presenceOf } from '../../native/virtual/touch.ts';
import { VirtualKey } from '../../native/virtual/virtual-key.ts';
import { makeUhid, type UhidDevice } from './uhid.ts';

/** A peer that is ours may say by IPC: `hold` and `touch` for the person's hand, `unplug` and `plug` for the key. */
let held = false;
function touched(signal: AbortSignal): Promise<boolean> {
  if (!held) return Promise.resolve(true);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(false));
  });
}

const [store = '', command = '', ...args] = process.argv.slice(2);
const key = new VirtualKey({
  path: 'virtual:peer',
  store,
  presence: presenceOf('ask', (signal) => touched(signal)),
  random: (bytes) => randomBytes(bytes),
  clock: () => performance.now(),
});
let device: UhidDevice | undefined;

/** Plugs it into the kernel, and hands on what the key says until it is gone. */
async function plug(): Promise<void> {
  const connection = await key.open();
  const made = makeUhid(key.product, (report) => void connection.write(report).catch(() => undefined));
  device = made;
  void (async () => {
    for (;;) {
      const report = await connection.read(1000).catch(() => null);
      if (report === null || device !== made) return;
      if (report && report.length > 0) made.send(report);
    }
  })();
  await sleep(500); // until the kernel has made its hidraw node
}

function unplug(): void {
  const gone = device;
  device = undefined;
  gone?.destroy();
  key.unplug();
}

const commands: Readonly<Record<string, () => Promise<void> | void>> = {
  hold: () => void (held = true),
  touch: () => void (held = false),
  unplug,
  plug: () => {
    key.plug();
    return plug();
  },
};

await plug();
const peer = spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
peer.on('message', (name: string) => {
  void Promise.resolve(commands[name]?.()).then(() => peer.connected && peer.send(name));
});
const code = await new Promise<number>((resolve) => {
  peer.on('error', () => resolve(127));
  peer.on('exit', (status) => resolve(status ?? 1));
});
device?.destroy();
process.exit(code);
