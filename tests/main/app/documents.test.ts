// Every document type that the view explains has a name that the catalogue of the window knows.
import { expect, test } from 'vitest';
import { knownPredicates } from '../../../core/review/known.ts';
import { documentOf } from '../../../main/app/acts/headline.ts';
import english from '../../../renderer/catalogue/en.json' with { type: 'json' };

test.each([...knownPredicates.keys(), 'https://example.com/unknown'])('%s', (predicateType) => {
  expect(Object.keys(english)).toContain(`document.${documentOf(predicateType)}`);
});
