// Small forms that several snapshots share.
import type { Fault } from '../../../contract/ipc/call.ts';
import type { Spoken } from '../../../contract/ipc/review.ts';
import { wordsOf } from '../../../core/words/words.ts';

const LONGEST_DETAIL = 1000;

/** A text's beginning, never half a character. */
export function beginning(text: string, longest: number): string {
  return text.length > longest ? text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '') : text;
}

/** A fault as it crosses to a page: code and facts, no cause and no stack. */
export function faultOf({ code, detail }: { readonly code: string; readonly detail: string }): Fault {
  return { code: beginning(code, 64), detail: beginning(detail, LONGEST_DETAIL) };
}

/** A digest with its words. */
export function spoken(digest: string): Spoken {
  return { digest, words: wordsOf(digest) };
}
