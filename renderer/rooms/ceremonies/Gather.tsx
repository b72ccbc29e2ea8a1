// Before a ceremony: which key, which HSM, how long the old key may still sign, and who is there as what.
import { Drama, Play, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { BeginCeremony, Candidate, Ceremonies, ScriptCard } from '../../../contract/ipc/ceremony.ts';
import { Role } from '../../../core/ceremony/script.ts';
import { useAsk, useBridge } from '../../bridge/use.ts';
import { useWords, type MessageKey } from '../../catalogue/words.tsx';
import { useShortcuts } from '../../keys/use.tsx';
import { setCeremonies, useLocalStore } from '../../local/local.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { FaultBanner } from '../../ui/FaultBanner.tsx';
import { Field, TextInput, inputLook } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Room } from '../../ui/Room.tsx';
import { useKeyNames } from '../useKeyNames.ts';
import { RehearsalBand } from './Band.tsx';
import { roleIcons } from './names.ts';
import { Outline } from './Outline.tsx';

/** `officer device`, or nothing chosen yet. */
type Choice = string;
type Chosen = Readonly<Record<Role, Choice>>;

/** Operator and custodian first of those who may change the directory, the witness of the others, nobody twice. */
function firstChoice(people: readonly Candidate[]): Chosen {
  const chosen: Record<Role, Choice> = { operator: '', custodian: '', witness: '' };
  const rest = [...people];
  for (const role of Role.options) {
    const at = rest.findIndex((one) => one.devices.length > 0 && (role === 'witness' || one.changes));
    const [found] = at < 0 ? [] : rest.splice(at, 1);
    if (found?.devices[0]) chosen[role] = `${found.officer} ${found.devices[0].device}`;
  }
  return chosen;
}

/** What is wrong with the choice, as a key of the catalogue; null when nothing is. */
function wrongWith(people: readonly Candidate[], chosen: Chosen): MessageKey | null {
  const officers = Role.options.map((role) => chosen[role].split(' ')[0] ?? '');
  if (officers.some((officer) => officer === '')) return 'ceremony.gather.missing';
  if (new Set(officers).size < 3) return 'ceremony.gather.twice';
  const changes = (role: 'operator' | 'custodian') =>
    people.find(({ officer }) => officer === chosen[role].split(' ')[0])?.changes === true;
  return changes('operator') && changes('custodian') ? null : 'ceremony.gather.changes';
}

function Person(props: {
  role: Role;
  people: readonly Candidate[];
  chosen: Choice;
  onChoose: (choice: Choice) => void;
}) {
  const t = useWords();
  const { role, people, chosen, onChoose } = props;
  const Icon = roleIcons[role];
  return (
    <div className="grid grid-cols-[12rem_minmax(0,1fr)] items-start gap-4 border-b border-line py-3 first:pt-0 last:border-b-0 last:pb-0">
      <div>
        <p className="flex items-center gap-2 font-semibold text-ink">
          <Icon aria-hidden="true" className="size-4 text-ink-3" />
          {t(`ceremony.role.${role}`)}
        </p>
        <p className="text-sm text-ink-3">{t(`ceremony.role.${role}.says`)}</p>
      </div>
      <select
        aria-label={t(`ceremony.role.${role}`)}
        value={chosen}
        onChange={(event) => onChoose(event.target.value)}
        className={inputLook}
      >
        <option value="">{t('ceremony.gather.choose')}</option>
        {people.flatMap(({ officer, name, devices }) =>
          devices.map(({ device }) => (
            <option key={`${officer} ${device}`} value={`${officer} ${device}`}>
              {t('ceremony.gather.person', { name, device })}
            </option>
          )),
        )}
      </select>
    </div>
  );
}

function KeyAndToken(props: {
  room: Ceremonies;
  keyName: string;
  onKey: (key: string) => void;
  token: string;
  onToken: (token: string) => void;
}) {
  const t = useWords();
  const wordsOf = useKeyNames();
  const { room, keyName, onKey, token, onToken } = props;
  return (
    <div className="grid grid-cols-2 gap-4 max-[60rem]:grid-cols-1">
      <label className="flex flex-col gap-1">
        <span className="font-medium text-ink">{t('ceremony.gather.key')}</span>
        <select value={keyName} onChange={(event) => onKey(event.target.value)} className={inputLook}>
          {room.keys.map((name) => (
            <option key={name} value={name} title={name}>
              {wordsOf(name).name}
            </option>
          ))}
        </select>
        <span className="exact text-sm [overflow-wrap:anywhere] text-ink-3">{keyName}</span>
      </label>
      <label className="flex flex-col gap-1">
        <span className="font-medium text-ink">{t('ceremony.gather.token')}</span>
        <select value={token} onChange={(event) => onToken(event.target.value)} className={inputLook}>
          {room.tokens.map(({ serial, label }) => (
            <option key={serial} value={serial}>
              {label === '' ? serial : t('ceremony.gather.token.named', { label, serial })}
            </option>
          ))}
        </select>
        <span className="text-sm text-ink-3">
          {t(room.tokens.length === 0 ? 'ceremony.gather.token.none' : 'ceremony.gather.token.says')}
        </span>
      </label>
    </div>
  );
}

export function Gather(props: { script: ScriptCard; kind: 'real' | 'rehearsal'; room: Ceremonies }) {
  const t = useWords();
  const local = useLocalStore();
  const bridge = useBridge();
  const { asked, run } = useAsk();
  const { script, kind, room } = props;
  const [keyName, setKeyName] = useState(room.keys[0] ?? '');
  const [token, setToken] = useState(room.tokens[0]?.serial ?? '');
  const [days, setDays] = useState('30');
  const [chosen, setChosen] = useState<Chosen>(() => firstChoice(room.people));
  const back = () => setCeremonies(local, { at: 'list' });
  useShortcuts({ back });
  const real = kind === 'real';
  const overlapDays = /^\d{1,4}$/.test(days) ? Number(days) : 0;
  const wrong = real ? wrongWith(room.people, chosen) : null;
  const serial = room.tokens.some((one) => one.serial === token) ? token : (room.tokens[0]?.serial ?? '');
  const ready =
    overlapDays >= 1 && overlapDays <= 3650 && (!real || (wrong === null && keyName !== '' && serial !== ''));
  const person = (role: Role) => {
    const [officer = '', device = ''] = chosen[role].split(' ');
    return { role, officer, device };
  };
  const begin = () => {
    if (!ready) return;
    const wish: BeginCeremony = real
      ? {
          kind,
          script: script.digest.digest,
          key: keyName,
          token: serial,
          overlapDays,
          people: Role.options.map(person),
        }
      : { kind: 'rehearsal', script: script.digest.digest, overlapDays };
    run(async () => {
      const { ceremony } = await bridge.ask('ceremony/begin', wish);
      setCeremonies(local, { at: 'run', ceremony });
    });
  };
  return (
    <Room
      title={script.title}
      count={t('ceremony.version', { name: script.name, version: script.version })}
      bar={real ? undefined : <RehearsalBand />}
      actions={
        <Button look="plain" icon={Undo2} shortcut="back" onClick={back}>
          {t('ceremony.back')}
        </Button>
      }
    >
      <div className="mx-auto grid max-w-6xl grid-cols-[minmax(0,1fr)_17rem] gap-6 max-[70rem]:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-4">
          {real ? (
            <>
              <Panel title={t('ceremony.gather.what')}>
                <KeyAndToken
                  room={room}
                  keyName={keyName}
                  onKey={setKeyName}
                  token={serial}
                  onToken={setToken}
                />
              </Panel>
              <Panel title={t('ceremony.gather.who')}>
                {Role.options.map((role) => (
                  <Person
                    key={role}
                    role={role}
                    people={room.people}
                    chosen={chosen[role]}
                    onChoose={(choice) => setChosen({ ...chosen, [role]: choice })}
                  />
                ))}
                {wrong && (
                  <p className="mt-2">
                    <Badge tone="warn" className="shrink! whitespace-normal!">
                      {t(wrong)}
                    </Badge>
                  </p>
                )}
              </Panel>
            </>
          ) : (
            <Panel title={t('ceremony.gather.rehearsal')}>
              <p className="max-w-[64ch] text-ink-2">{t('ceremony.gather.rehearsal.says')}</p>
            </Panel>
          )}
          <Panel title={t('ceremony.gather.window')}>
            <Field
              label={t('ceremony.gather.days')}
              hint={t('ceremony.gather.days.says')}
              className="max-w-md"
            >
              <TextInput
                inputMode="numeric"
                value={days}
                maxLength={4}
                className="max-w-24"
                onValueChange={(value: string) => setDays(value)}
              />
            </Field>
          </Panel>
          {asked.at === 'failed' && (
            <FaultBanner
              fault={{ code: asked.failure.code, detail: asked.failure.message, trace: asked.failure.trace }}
            />
          )}
          <div className="flex items-center gap-3">
            <Button
              look="primary"
              size="lg"
              icon={real ? Play : Drama}
              disabled={!ready || asked.at === 'running'}
              onClick={begin}
            >
              {t(
                asked.at === 'running'
                  ? 'ceremony.beginning'
                  : real
                    ? 'ceremony.gather.begin'
                    : 'ceremony.gather.rehearse',
              )}
            </Button>
            <p className="text-sm text-ink-3">{t('ceremony.gather.begin.says')}</p>
          </div>
        </div>
        <div className="min-w-0 rounded-lg border border-line bg-surface p-2">
          <Outline entries={script.entries} states={[]} shown={null} />
        </div>
      </div>
    </Room>
  );
}
