// What main refused, in a line under what was tried.
import { TriangleAlert } from 'lucide-react';
import type { Failure } from '../../contract/ipc/call.ts';
import { useSaid } from './lines.ts';

export function Refusal({ failure }: { failure: Failure }) {
  const { says, next } = useSaid()(failure.code);
  return (
    <p role="alert" className="mt-3 flex items-start gap-2 text-warn-ink">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span>
        <strong className="font-semibold">{says}</strong> {next}
      </span>
    </p>
  );
}
