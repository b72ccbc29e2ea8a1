// One device: what it is, whom it belongs to, how it stands, and what can be done with it.
import { Plug, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeviceCard } from '../../../contract/ipc/rooms.ts';
import { useMeaning } from '../../catalogue/faults.ts';
import { useWords } from '../../catalogue/words.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Fact, Facts } from '../../ui/Panel.tsx';
import { UntrustedText } from '../../ui/UntrustedText.tsx';
import { Officer } from '../Officer.tsx';
import { Actions } from './Actions.tsx';
import { DeviceGlyph } from './glyphs.tsx';

/** Tries left, in words; few are a warning, none is the end. */
function Pin({ pin }: { pin: NonNullable<DeviceCard['pin']> }) {
  const t = useWords();
  if (!pin.set) return <Badge tone="warn">{t('device.pin.unset')}</Badge>;
  if (pin.triesLeft === null) return t('device.pin.set');
  if (pin.triesLeft === 0) return <Badge tone="danger">{t('device.pin.blocked')}</Badge>;
  const words = t('device.pin.tries', { tries: pin.triesLeft });
  return pin.triesLeft <= 3 ? <Badge tone="warn">{words}</Badge> : words;
}

/** The device's own words are strangers' words; what the directory says of it is not. */
function Own({ text }: { text: string | null }) {
  return text === null || text === '' ? <span className="text-ink-3">—</span> : <UntrustedText text={text} />;
}

function Facts4({ card }: { card: DeviceCard }) {
  const t = useWords();
  const { enrolled } = card;
  const rows: [string, ReactNode][] = [];
  if (enrolled) {
    rows.push([t('device.holder'), <Officer key="o" id={enrolled.officer} />]);
    rows.push([t('device.presence'), t(`presence.${enrolled.presence}`)]);
    rows.push([
      t('device.attestation'),
      t.maybe(`attestation.${enrolled.attestation}`) ?? enrolled.attestation,
    ]);
  }
  if (card.present) {
    rows.push([t('device.product'), <Own key="p" text={card.product} />]);
    if (card.pin) rows.push([t('device.pin'), <Pin key="i" pin={card.pin} />]);
    if (card.firmware) rows.push([t('device.firmware'), <Own key="f" text={card.firmware} />]);
    if (card.serial) rows.push([t('device.serial'), <Own key="s" text={card.serial} />]);
  }
  return (
    <Facts>
      {rows.map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
    </Facts>
  );
}

export function Card({ card }: { card: DeviceCard }) {
  const t = useWords();
  const meaning = useMeaning();
  const name = card.enrolled?.device ?? t('device.fresh');
  return (
    <article aria-label={name} className="flex h-full flex-col rounded-lg border border-line bg-surface">
      <header className="flex items-center gap-3 px-4 pt-4">
        <DeviceGlyph kind={card.kind} present={card.present} />
        <div className="min-w-0 flex-1">
          <h3 className="truncate text-md font-semibold text-ink">{name}</h3>
          <p className="text-ink-2">{t(`device.kind.${card.kind}`)}</p>
        </div>
        <div className="flex flex-col items-end gap-1 self-start">
          {card.virtual && (
            <span title={t('device.virtual.says')}>
              <Badge tone="accent">{t('device.virtual')}</Badge>
            </span>
          )}
          <Badge icon={card.present ? Plug : Unplug} tone={card.present ? 'ok' : 'neutral'}>
            {card.present ? t('device.present') : t('device.absent')}
          </Badge>
        </div>
      </header>
      <div className="flex-1 px-4 py-4">
        <Facts4 card={card} />
        {card.fault && (
          <p className="mt-3 text-warn-ink">
            {meaning(card.fault.code).says} {meaning(card.fault.code).next}
          </p>
        )}
      </div>
      <Actions card={card} />
    </article>
  );
}
