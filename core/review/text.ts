// Text that deceives: characters a reader does not see, or sees elsewhere than they stand.

/**
 * Controls (C0, C1; line feed and tab are text), bidirectional formatting (UAX 9; CVE-2021-42574), every other format
 * character (category Cf), default-ignorable code points, line and paragraph separators, variation selectors, tags and
 * private use. A fixed table as of Unicode 17: a property of the runtime's own would make two Consoles disagree.
 */
const ranges = [
  '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2',
  '\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ue000-\\uf8ff',
  '\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}',
  '\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}\\u{f0000}-\\u{10ffff}',
].join('');
const HIDDEN = new RegExp(`[${ranges}]`, 'u');
const EACH_HIDDEN = new RegExp(`[${ranges}]`, 'gu');

/** Whether a text has characters that must be made visible before a person reads it. */
export function hasHiddenText(text: string): boolean {
  return HIDDEN.test(text);
}

/** The text with each hidden character written as `<U+XXXX>`, so that it shows and does nothing. */
export function visible(text: string): string {
  return text.replace(
    EACH_HIDDEN,
    (c) => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );
}
