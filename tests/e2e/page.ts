// The commands of a page and what it says that they print: fenced sh blocks, each perhaps followed by a text block.

/** Commands as they stand in the page. `prints`: the lines that are promised, in their order; `status` is 0 where none is told. */
export interface Block {
  readonly command: string;
  readonly prints: readonly string[];
  readonly status: number;
}

const STATUS = /^\[(\d+)\]$/;
const FENCED = /^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm;

/** All of them. Throws when the page has a fence of another kind: nobody would run it. */
export function blocksIn(page: string): Block[] {
  const fences = [...page.matchAll(/^```(\w*)$/gm)].map(([, kind = '']) => kind);
  const found = [...page.matchAll(FENCED)].map(([, command = '', text = '']) => {
    const lines = text.split('\n').filter((line) => line !== '');
    const told = STATUS.exec(lines.at(-1) ?? '')?.[1];
    return {
      command,
      prints: told === undefined ? lines : lines.slice(0, -1),
      status: Number(told ?? 0),
    };
  });
  const read = found.length + found.filter(({ prints, status }) => prints.length > 0 || status !== 0).length;
  if (fences.filter((kind) => kind !== '').length !== read)
    throw new Error('the page has a block that is neither a command nor what one prints');
  return found;
}

/** The variables that commands use. */
export const variablesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\$([A-Z]+)\b/g)].map(([, name = '']) => name)),
];

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The first promised line that the output lacks after those before it; `...` stands for anything in a line. */
export function missingLine(
  { prints }: Block,
  output: string,
  values: Readonly<Record<string, string>>,
): string | undefined {
  let rest = output;
  return prints.find((line) => {
    const named = line.replaceAll(/\$([A-Z]+)\b/g, (_all, name: string) => values[name] ?? `$${name}`);
    const found = new RegExp(named.split('...').map(literal).join('[^\\n]*')).exec(rest);
    if (found) rest = rest.slice(found.index + found[0].length);
    return found === null;
  });
}
