// Devices as small drawings: a key with its contact and light, an HSM as a rack unit. Decoration; the words say it.
import type { DeviceCard } from '../../../contract/ipc/rooms.ts';
import { cx } from '../../ui/cx.ts';

export function DeviceGlyph({ kind, present }: { kind: DeviceCard['kind']; present: boolean }) {
  const tone = present ? 'text-accent-ink' : 'text-ink-3';
  return (
    <span
      aria-hidden="true"
      className={cx(
        'flex size-12 shrink-0 items-center justify-center rounded-lg border border-line bg-sunken',
        tone,
      )}
    >
      {kind === 'security-key' ? (
        <svg viewBox="0 0 32 32" className="size-8" fill="none" stroke="currentColor" strokeWidth="1.5">
          <rect x="4" y="10" width="17" height="12" rx="3" />
          <path d="M21 12.5h6a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-6" />
          <path d="M24.5 12.5v7" />
          <circle cx="12.5" cy="16" r="3" className={present ? 'fill-accent-soft' : ''} />
        </svg>
      ) : (
        <svg viewBox="0 0 32 32" className="size-8" fill="none" stroke="currentColor" strokeWidth="1.5">
          <rect x="4" y="8" width="24" height="7" rx="1.5" />
          <rect x="4" y="17" width="24" height="7" rx="1.5" />
          <path d="M8 11.5h8M8 20.5h8" />
          <circle cx="24" cy="11.5" r="1" className={present ? 'fill-current' : ''} />
          <circle cx="24" cy="20.5" r="1" />
        </svg>
      )}
    </span>
  );
}
