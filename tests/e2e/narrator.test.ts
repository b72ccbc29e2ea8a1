// The narration: plain text, colours only where a terminal shows them, and nothing that somebody else's text can do.
import { describe, expect, test } from 'vitest';
import { narratorTo } from '../../demo/narrator/narrator.ts';

function told(isTTY: boolean, env: NodeJS.ProcessEnv): string {
  let text = '';
  const narrator = narratorTo({ isTTY, write: (more) => (text += more) }, env);
  narrator.title('Title');
  narrator.step('signer', 'It happens.', 'It matters.');
  narrator.fact('name', 'evil\u001b[2Jname\u202e');
  narrator.plain('end');
  return text;
}

describe('narrator', () => {
  test('one line a step: who, what, why', () => {
    expect(told(false, {})).toBe(
      '\nTitle\nsigner    It happens. It matters.\n            name: evil<U+001B>[2Jname<U+202E>\nend\n',
    );
  });
  test('colours on a terminal only, and not where NO_COLOR or TERM say otherwise', () => {
    expect(told(true, {})).toContain('\u001b[36msigner');
    expect(told(true, { NO_COLOR: '' })).toContain('\u001b[36msigner');
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(told(true, env)).toBe(told(false, {}));
  });
  test("a terminal's colours carry no foreign escape", () => {
    expect(told(true, {})).not.toContain('\u001b[2J');
  });
});
