// A software token as a thing on the desk: a box with its engraving and its printed PIN. It has no button: a PIN is all it wants.
import { Sticker } from './Sticker.tsx';

export function Token(props: {
  engraved: string;
  kind: string;
  name: string;
  serial: string;
  pin: string;
  pinLabel: string;
}) {
  const { engraved, kind, ...sticker } = props;
  return (
    <div className="key">
      <div className="token">
        <h1 className="engraved">{engraved}</h1>
        <p className="token-kind">{kind}</p>
        <div aria-hidden="true" className="token-lights">
          <i />
          <i />
          <i />
        </div>
        <Sticker {...sticker} />
      </div>
    </div>
  );
}
