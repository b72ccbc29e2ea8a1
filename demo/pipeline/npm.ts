// npm as the pipeline uses it: the one that started us or the one on PATH, offline, and leaving nothing behind.
import { fileURLToPath } from 'node:url';
import type { Crew } from '../crew/crew.ts';

/** The root of this repository: what the pipeline packs. */
export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** How npm is called: a program and the arguments that come first. */
export function npmCommand(env: NodeJS.ProcessEnv): { tool: string; first: string[] } {
  const own = env['npm_execpath'] ?? '';
  return own.endsWith('npm-cli.js') ? { tool: process.execPath, first: [own] } : { tool: 'npm', first: [] };
}

/** Settings that keep npm off the network, silent, and out of the person's own cache. */
export async function npmEnv(crew: Crew): Promise<Record<string, string>> {
  const folder = await crew.folder();
  return {
    NODE_COMPILE_CACHE: folder, // npm would leave one beside ours
    npm_config_cache: folder,
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
    npm_config_logs_max: '0',
    npm_config_ignore_scripts: 'true',
  };
}
