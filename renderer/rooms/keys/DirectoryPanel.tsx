// The directory that all trust hangs on: its version, the pin that this machine believes, and the officers in it.
import { useWords } from '../../catalogue/words.tsx';
import { useMirror } from '../../mirror/use.ts';
import { Digest, SpokenWords } from '../../ui/Digest.tsx';
import { Fact, Facts, Panel } from '../../ui/Panel.tsx';
import { RelativeTime } from '../../ui/time.tsx';

export function DirectoryPanel() {
  const t = useWords();
  const directory = useMirror((m) => m.directory);
  if (!directory) return null;
  return (
    <Panel
      title={t('directory.title')}
      aside={
        directory.version === null
          ? t('directory.unknown')
          : t('directory.version', { version: directory.version })
      }
    >
      <Facts>
        <Fact name={t('directory.pin')}>
          <SpokenWords words={directory.pin.words} />
          <Digest digest={directory.pin.digest} label={t('directory.pin')} />
        </Fact>
        {directory.current && (
          <Fact name={t('directory.current')}>
            <SpokenWords words={directory.current.words} />
            <Digest digest={directory.current.digest} label={t('directory.current')} />
          </Fact>
        )}
        {directory.issuedAt && (
          <Fact name={t('directory.issued')}>
            <RelativeTime time={directory.issuedAt} />
          </Fact>
        )}
        <Fact name={t('directory.officers')}>
          <ul className="flex flex-col gap-1">
            {directory.officers.map((officer) => (
              <li key={officer.id}>
                <span className="font-medium">{officer.name}</span>{' '}
                <span className="text-ink-3">
                  {t('directory.officer', {
                    id: officer.id,
                    roles: officer.roles.join(', '),
                    devices: officer.devices,
                  })}
                </span>
              </li>
            ))}
          </ul>
        </Fact>
      </Facts>
    </Panel>
  );
}
