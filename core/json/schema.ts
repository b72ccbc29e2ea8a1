// Schema checks that end in one of our own refusals, and the forms that plain zod would take too loosely.
import { z } from 'zod';
import { Refusal, type RefusalCode } from '../fault/fault.ts';
import type { Json } from './parse.ts';

const MOST_PATHS = 20;
const LONGEST_PATH = 80;

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any JSON object, handed on as it is. z.record, z.json and z.looseObject would drop a `__proto__` member unseen. */
export const JsonObject = z
  .unknown()
  .refine(isObject, 'not an object')
  .meta({ type: 'object' }) as unknown as z.ZodType<{ [key: string]: Json }, { [key: string]: Json }>;

function named(path: readonly PropertyKey[]): string {
  const text = path.map(String).join('.') || '(top)';
  return text.length > LONGEST_PATH ? `${text.slice(0, LONGEST_PATH)}...` : text;
}

function pathsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => named([...issue.path, key]));
  return [named(issue.path)];
}

/** The bad paths of a failed check, each once, at most twenty; values are never in it. */
export function badPaths(error: z.core.$ZodError): string {
  const paths = new Set<string>();
  for (const issue of error.issues) {
    for (const path of pathsOf(issue)) paths.add(path);
    if (paths.size > MOST_PATHS) break;
  }
  const shown = [...paths].slice(0, MOST_PATHS);
  return paths.size > MOST_PATHS ? `${shown.join(', ')} and more` : shown.join(', ');
}

/** The value as the schema types it. Refusal `code` (`schema` unless given) with the list of bad paths. */
export function parseAs<S extends z.ZodType>(
  schema: S,
  value: unknown,
  code: RefusalCode = 'schema',
): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw new Refusal(code, badPaths(result.error));
  return result.data;
}
