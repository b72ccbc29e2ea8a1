// What a person is told when a part of the demo fails: one line, and never a stack.
import { isFault } from '../../core/fault/fault.ts';
import { visible } from '../../core/review/text.ts';

/** A part of the demo that did not do its work. */
export class PartFailed extends Error {
  override readonly name = 'PartFailed';
  readonly part: string;

  constructor(part: string, why: string, cause?: unknown) {
    super(why, cause === undefined ? {} : { cause });
    this.part = part;
  }
}

/** A part that is too slow: nothing says that anything is wrong with what it works on. */
export class PartLate extends PartFailed {}

function reason(thrown: unknown): string {
  if (isFault(thrown))
    return `${thrown.says} ${thrown.detail === '' ? '' : `(${thrown.detail}) `}${thrown.next} [${thrown.code}]`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** One line for whatever was thrown. */
export function explain(thrown: unknown): string {
  const part = thrown instanceof PartFailed ? `${thrown.part}: ` : '';
  return visible(`The demo failed. ${part}${reason(thrown)}`.replaceAll(/\s+/g, ' ').trim());
}

/** Runs a part's work; whatever it throws names the part. */
export async function asPart<T>(part: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof PartFailed ? thrown : new PartFailed(part, reason(thrown), thrown);
  }
}
