// Inside a machine with uhid: plugs our virtual key into its kernel, runs a peer's program against it, and ends with it.
import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { presenceOf } from '../../native/virtual/touch.ts';
import { VirtualKey } from '../../native/virtual/virtual-key.ts';
import { makeUhid } from './uhid.ts';

const [store = '', command = '', ...args] = process.argv.slice(2);
const key = new VirtualKey({
  path: 'virtual:peer',
  store,
  presence: presenceOf('auto', () => Promise.resolve(true)),
  random: (bytes) => randomBytes(bytes),
  clock: () => performance.now(),
});
const connection = await key.open();
const device = makeUhid(key.product, (report) => void connection.write(report));

/** Hands on what the key says, until the key is gone. */
async function relay(): Promise<void> {
  for (;;) {
    const report = await connection.read(1000).catch(() => null);
    if (report === null) return;
    if (report && report.length > 0) device.send(report);
  }
}
void relay();
await sleep(500); // until the kernel has made its hidraw node
const peer = spawn(command, args, { stdio: 'inherit' });
const code = await new Promise<number>((resolve) => {
  peer.on('error', () => resolve(127));
  peer.on('exit', (status) => resolve(status ?? 1));
});
device.destroy();
process.exit(code);
