// The demo's arguments: what cannot be used is said in one line, and ends with status 2 before anything is started.
import { describe, expect, test } from 'vitest';
import { readArgs, UsageError } from '../../demo/args.ts';
import { demo } from './run.ts';

describe('arguments', () => {
  test.each([
    ['an unknown option', ['--fast'], '--fast'],
    ['an unknown scene', ['--scene', 'happy'], '"happy"'],
    ['a scene without a name', ['--scene'], '--scene'],
    ['something extra', ['manual'], 'manual'],
    ['an option twice', ['--json', '--json'], '--json is given twice'],
    ['a folder without a name', ['--out', ''], '--out wants a folder'],
  ])('2: %s', async (_name, args, said) => {
    const { status, stdout, stderr } = await demo(args);
    expect(stderr).toContain(said);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
  test('0: help says how', async () => {
    const { status, stdout } = await demo(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--scene');
  });
  test('a relative folder is meant from where the person stood, not from where npm went', () => {
    const env = { npm_lifecycle_event: 'demo', INIT_CWD: '/somewhere' };
    expect(readArgs(['--out', 'files'], env).out).toBe('/somewhere/files');
    expect(readArgs(['--out', 'files'], { INIT_CWD: '/somewhere' }).out).toBe(`${process.cwd()}/files`);
    expect(readArgs(['--out', '/files'], env).out).toBe('/files');
    expect(readArgs([], env)).toEqual({ scene: 'manual', out: null, json: false, ask: false, help: false });
    expect(() => readArgs(['--scene', 'constructor'], env)).toThrow(UsageError);
  });
});
