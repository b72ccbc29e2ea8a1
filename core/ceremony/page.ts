// Plain text for paper and terminal: lines of at most 80 columns, blocks that stay together, a head on every page.
export const COLUMNS = 80;
const LINES = 60;
const PAGE = '\f';

/** Columns of a text: one for each code point, which is so for the Latin letters of a script. */
const widthOf = (text: string): number => Array.from(text).length;

/** A line broken at blanks into lines of `width`, each after the first behind `indent`; a longer word is cut. */
export function wrap(text: string, first = '', indent = first, width = COLUMNS): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  const flush = () => {
    lines.push(line.trimEnd());
    line = indent;
    empty = true;
  };
  for (const word of text.split(' ')) {
    let rest = Array.from(word);
    if (!empty && widthOf(line) + 1 + rest.length > width) flush();
    if (!empty) line += ' ';
    while (widthOf(line) + rest.length > width) {
      const room = width - widthOf(line);
      line += rest.slice(0, room).join('');
      rest = rest.slice(room);
      flush();
    }
    line += rest.join('');
    empty = false;
  }
  if (!empty || lines.length === 0) flush();
  return lines;
}

/** Names in a column of `width`, values beside them, wrapped. */
export function columns(
  rows: readonly { readonly name: string; readonly value: string }[],
  width = 26,
): string[] {
  return rows.flatMap(({ name, value }) => wrap(value, `  ${name}`.padEnd(width), ' '.repeat(width)));
}

/**
 * Blocks on pages of 60 lines, `head` and the page's number on top of each, a form feed between two. A block that does not
 * fit on the rest of a page begins the next; only one that is longer than a page is broken.
 */
export function paginate(head: string, blocks: readonly (readonly string[])[]): string {
  const pages: string[][] = [[]];
  const room = LINES - 2;
  const put = (lines: readonly string[]) => {
    const page = pages.at(-1) ?? [];
    const gap = page.length === 0 ? [] : [''];
    if (page.length + gap.length + lines.length <= room) page.push(...gap, ...lines);
    else if (page.length > 0) {
      pages.push([]);
      put(lines);
    } else {
      page.push(...lines.slice(0, room));
      pages.push([]);
      put(lines.slice(room));
    }
  };
  for (const block of blocks) if (block.length > 0) put(block);
  return pages
    .map((page, at) => {
      const number = `page ${at + 1} of ${pages.length}`;
      const title = Array.from(head)
        .slice(0, COLUMNS - number.length - 1)
        .join('');
      return `${title.padEnd(COLUMNS - number.length)}${number}\n\n${page.join('\n')}\n`;
    })
    .join(PAGE);
}
