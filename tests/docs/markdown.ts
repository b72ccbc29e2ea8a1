// Reads the project's Markdown: links, tables, code spans and sections, as far as the checks of the documents need.
import { posix } from 'node:path';
import type { Tree } from '../layers/check.ts';

/** The text without fenced code blocks, in which nothing is a link, a table or a code span. */
export const prose = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** Every code span of the prose, line breaks inside one read as a space. */
export function spans(text: string): string[] {
  return [...prose(text).matchAll(/`([^`]+)`/g)].map(([, inside = '']) => inside.replaceAll(/\s+/g, ' '));
}

/** One link or image: what stands in its brackets, where it leads, and whether it is an image. */
export interface Link {
  readonly image: boolean;
  readonly text: string;
  readonly target: string;
}

/** Every inline link and image of the prose. */
export function links(text: string): Link[] {
  const found = prose(text)
    .replaceAll(/`[^`]*`/g, '')
    .matchAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g);
  return [...found].map(([, bang, inside = '', target = '']) => ({
    image: bang === '!',
    text: inside,
    target,
  }));
}

/** The anchors of a document: its headings in lower case, blanks as hyphens, other punctuation left out. */
export function anchors(text: string): Set<string> {
  const headings = prose(text).matchAll(/^#{1,6} +(.+)$/gm);
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  return new Set([...headings].map(([, heading = '']) => slug(heading)));
}

/** What is wrong with the relative links of one document of `tree`, one line each. `exists` knows files and folders. */
export function brokenLinks(tree: Tree, path: string, exists: (path: string) => boolean): string[] {
  const text = tree.get(path) ?? '';
  return links(text).flatMap(({ image, text: said, target }) => {
    if (/^[a-z]+:/.test(target)) return [];
    if (said.trim() === '') return [`${path}: ${target} has no text`];
    const [file = '', anchor] = target.split('#');
    const to = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
    if (!exists(to)) return [`${path}: ${target} is not there`];
    const lost = anchor !== undefined && !anchors(tree.get(to) ?? '').has(anchor);
    return lost
      ? [`${path}: ${target} leads to no heading`]
      : image && to === path
        ? [`${path}: ${target}`]
        : [];
  });
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

/** The rows of the table whose header row begins with these cells, without header and rule. Throws when it is not there. */
export function table(text: string, ...header: string[]): string[][] {
  const lines = prose(text).split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${header.join(' | ')} |`));
  if (at < 0) throw new Error(`no table with ${header.join(', ')}`);
  const end = lines.findIndex((line, i) => i > at && !line.startsWith('|'));
  return lines.slice(at + 2, end < 0 ? undefined : end).map(cellsOf);
}

/** The part under the heading that contains `heading`, up to the next of the same depth. Throws when it is not there. */
export function section(text: string, heading: string): string {
  const [, ...parts] = text.split(/^## /m);
  const found = parts.find((part) => part.split('\n', 1)[0]?.includes(heading));
  if (found === undefined) throw new Error(`no section ${heading}`);
  return found;
}
