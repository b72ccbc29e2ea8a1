// The entry of a driver process under Electron.
import { parentPort, type ParentPort } from './parent-port.ts';
import { run } from './run.ts';

const port = (process as { readonly parentPort?: ParentPort }).parentPort;
if (port === undefined) {
  process.stderr.write('This is a driver process; the Console starts it.\n');
  process.exit(2);
}
run(parentPort(port, (code) => process.exit(code))).catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
});
