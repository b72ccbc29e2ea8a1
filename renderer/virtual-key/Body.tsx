// The key itself, seen from above: a metal plug, a body with its engraving and its printed PIN, a light, a button.
import { Sticker } from './Sticker.tsx';

export function Body(props: {
  name: string;
  serial: string;
  pin: string;
  engraved: string;
  pinLabel: string;
  waiting: boolean;
  plugged: boolean;
  label: string;
  onPress: () => void;
}) {
  const { name, serial, pin, engraved, pinLabel, waiting, plugged, label, onPress } = props;
  return (
    <div className="key">
      <div aria-hidden="true" className="plug">
        <i />
        <i />
        <i />
        <i />
      </div>
      <div className="body">
        <h1 className="engraved">{engraved}</h1>
        <div className="dial">
          <span aria-hidden="true" className="light" data-waiting={waiting} />
          <button
            type="button"
            aria-label={label}
            aria-disabled={!waiting}
            disabled={!plugged}
            onClick={() => waiting && onPress()}
            className="press"
          >
            <svg viewBox="0 0 48 48" aria-hidden="true" className="print">
              <path d="M24 12a12 12 0 0 1 12 12c0 4-.6 8-1.8 11" />
              <path d="M24 12a12 12 0 0 0-12 12v4" />
              <path d="M24 18a6 6 0 0 1 6 6c0 5-1 9-2.6 12.6" />
              <path d="M24 18a6 6 0 0 0-6 6c0 4-.8 7.4-2.4 10.2" />
              <path d="M24 23.5c0 5.4-1 9.8-3 13.4" />
            </svg>
          </button>
        </div>
        <Sticker name={name} serial={serial} pin={pin} pinLabel={pinLabel} />
        <span aria-hidden="true" className="ring" />
      </div>
    </div>
  );
}
