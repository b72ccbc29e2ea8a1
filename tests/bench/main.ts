// npm run bench -- [NAME] [--json]: every benchmark, or one of them.
import { parseArgs } from 'node:util';
import { consoleBench } from './console/bench.ts';
import type { Bench, Line } from './harness.ts';
import { protocol } from './protocol.ts';

const benches: readonly Bench[] = [protocol, consoleBench];

function show(line: Line, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
  else
    process.stdout.write(
      `${line.bench}: ${line.name} ${line.value} ${line.unit}; ${line.control.name} ${line.control.value} ${line.unit}; ratio ${line.ratio ?? 'none'} (${line.runs} runs)\n`,
    );
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const chosen = positionals.length === 0 ? benches : benches.filter((b) => positionals.includes(b.name));
  if (chosen.length === 0) {
    process.stderr.write(
      `bench: there is no ${positionals.join(', ')}; there is ${benches.map((b) => b.name).join(', ')}\n`,
    );
    return 2;
  }
  for (const bench of chosen) await bench.run((line) => show(line, values.json));
  return 0;
}

process.exitCode = await main();
