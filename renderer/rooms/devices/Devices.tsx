// The devices room: every security key and HSM as a card, what is plugged in and what the directory knows, side by side.
import { KeyRound } from 'lucide-react';
import type { DeviceCard } from '../../../contract/ipc/rooms.ts';
import { useWords } from '../../catalogue/words.tsx';
import { selectHello, useMirror } from '../../mirror/use.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Room } from '../../ui/Room.tsx';
import { Card } from './Card.tsx';
import { Proposals } from './Proposals.tsx';

/** Mine first, then what is plugged in and belongs to nobody, then others'. */
function groupsOf(cards: readonly DeviceCard[]) {
  const mine = cards.filter((c) => c.enrolled?.mine === true);
  const fresh = cards.filter((c) => c.enrolled === null);
  const others = cards.filter((c) => c.enrolled?.mine === false);
  return [
    { id: 'mine', cards: mine },
    { id: 'fresh', cards: fresh },
    { id: 'others', cards: others },
  ] as const;
}

export function Devices() {
  const t = useWords();
  const devices = useMirror((m) => m.devices);
  const hello = useMirror(selectHello);
  if (!devices) return <Room title={t('room.devices')}>{<Progress label={t('frame.starting')} />}</Room>;
  const present = devices.cards.filter((c) => c.present).length;
  return (
    <Room title={t('room.devices')} count={t('devices.count', { present })}>
      <div className="mx-auto flex max-w-5xl flex-col gap-6">
        {devices.fault && <FaultBanner fault={devices.fault} tone="warn" live={false} />}
        <Proposals />
        {devices.cards.length === 0 && (
          <EmptyState icon={KeyRound} title={t('devices.none')}>
            {t('devices.none.says')}
          </EmptyState>
        )}
        {groupsOf(devices.cards)
          .filter(({ cards }) => cards.length > 0)
          .map(({ id, cards }) => (
            <section key={id} aria-label={t(`devices.group.${id}`, { officer: hello?.officer.name ?? '' })}>
              <h2 className="mb-2 text-base font-semibold text-ink">
                {t(`devices.group.${id}`, { officer: hello?.officer.name ?? '' })}
              </h2>
              <ul className="grid grid-cols-1 gap-3 lg:grid-cols-2">
                {cards.map((card) => (
                  <li key={card.card} className="min-w-0">
                    <Card card={card} />
                  </li>
                ))}
              </ul>
            </section>
          ))}
      </div>
    </Room>
  );
}
