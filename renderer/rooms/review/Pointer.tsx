// Where in the payload something stands: a JSON Pointer, its last part strong. Its parts are the requester's own words.
import { UntrustedText } from '../../ui/UntrustedText.tsx';

/** The view writes `{}`, `[]` or `#` before the pointer of an empty object, an empty array, and a number kept as text. */
export const bare = (path: string): string => path.replace(/^(?:\{\}|\[\]|#)/, '');

const part = (text: string): string => text.replaceAll('~1', '/').replaceAll('~0', '~');

export function Pointer({ path }: { path: string }) {
  const parts = bare(path).split('/').slice(1).map(part);
  const last = parts.pop() ?? '';
  return (
    <span className="exact text-sm">
      {parts.length > 0 && <UntrustedText text={parts.join(' › ')} limit={100} bare className="text-ink-3" />}
      {parts.length > 0 && <span className="text-ink-3"> › </span>}
      <UntrustedText text={last} limit={60} bare className="font-semibold" />
    </span>
  );
}
