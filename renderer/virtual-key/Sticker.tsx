// The sticker that real hardware would never bear: its PIN, its name, its serial number.

export function Sticker(props: { name: string; serial: string; pin: string; pinLabel: string }) {
  return (
    <p className="label">
      <span className="label-pin">
        <span className="label-name">{props.pinLabel}</span>
        <span className="exact">{props.pin}</span>
      </span>
      <span className="label-foot">
        <span>{props.name}</span>
        <span className="exact">{props.serial}</span>
      </span>
    </p>
  );
}
