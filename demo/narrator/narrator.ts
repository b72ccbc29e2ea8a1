// Tells the demo line by line: who did what, and why it matters. Plain text; colours only where a terminal shows them.
import { visible } from '../../core/review/text.ts';

/** Where lines go. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Who acts. */
export type Actor = 'set-up' | 'pipeline' | 'signer' | 'console' | 'officer' | 'log' | 'stranger';

export interface Narrator {
  /** A heading. */
  title(text: string): void;
  /** One step: who, what happened, and why it matters. */
  step(actor: Actor, what: string, why?: string): void;
  /** A thing that was seen in a step: a name and its value. Values may come from anybody, and are made visible. */
  fact(name: string, value: string): void;
  /** Plain lines at the end. */
  plain(...lines: readonly string[]): void;
}

const WIDTH = 9;
const DIM = 2;
const BOLD = 1;
const CYAN = 36;

/** Whether colours are wanted: on a terminal, unless NO_COLOR says otherwise (no-color.org) or TERM is dumb. */
export function wantsColour(sink: Sink, env: NodeJS.ProcessEnv): boolean {
  return sink.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** A narrator over a stream. */
export function narratorTo(sink: Sink, env: NodeJS.ProcessEnv): Narrator {
  const colour = wantsColour(sink, env);
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const line = (text: string): void => void sink.write(`${text}\n`);
  return {
    title: (text) => line(`\n${paint(BOLD, text)}`),
    step: (actor, what, why) => {
      const reason = why === undefined ? '' : ` ${paint(DIM, visible(why))}`;
      line(`${paint(CYAN, actor.padEnd(WIDTH))} ${visible(what)}${reason}`);
    },
    fact: (name, value) => line(`${' '.repeat(WIDTH)}   ${name}: ${visible(value)}`),
    plain: (...lines) => {
      for (const text of lines) line(visible(text));
    },
  };
}
