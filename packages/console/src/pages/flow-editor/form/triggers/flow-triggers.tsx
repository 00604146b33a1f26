import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { FLOW_LIMITS, type FlowTrigger } from '@funcgraph/flow';
import { Button, Switch } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../../i18n/index.ts';
import { useWords } from '../../../../parts/flow-graph/index.ts';
import { TRIGGER_CODES } from '../../../../parts/triggers/kinds.ts';
import { TriggerDialog } from '../../../../parts/triggers/trigger-dialog.tsx';
import { TriggerFacts } from '../../../../parts/triggers/trigger-facts.tsx';
import { useEditor } from '../../editor-context.ts';
import { kindOf, toDefinition } from './flow-trigger.ts';
import { FLOW_TRIGGER_FORMS } from './flow-trigger-forms.ts';

/** What starts the flow: settings of its start node, saved with the flow. */
export function FlowTriggers() {
  const { t } = useTexts('flowEditor');
  const { flow, change } = useEditor();
  const [isOpen, setOpen] = useState(false);
  const { triggers } = flow;
  const put = (next: readonly FlowTrigger[]) => change({ ...flow, triggers: [...next] });
  return (
    <section className="flow-triggers">
      <h3>{t('triggers.title')}</h3>
      {triggers.length === 0 ? (
        <p>{t('triggers.none')}</p>
      ) : (
        <ul>
          {triggers.map((trigger, index) => (
            <TriggerItem
              // triggers of one type have different names
              key={`${trigger.trigger_type} ${trigger.trigger_name ?? index}`}
              trigger={trigger}
              index={index}
              onChange={(changed) => put(triggers.with(index, changed))}
              onRemove={() => put(triggers.toSpliced(index, 1))}
            />
          ))}
        </ul>
      )}
      <Button disabled={triggers.length >= FLOW_LIMITS.triggers} onClick={() => setOpen(true)}>
        {t('triggers.add')}
      </Button>
      {isOpen && (
        <TriggerDialog
          codes={TRIGGER_CODES}
          forms={FLOW_TRIGGER_FORMS}
          target={{ name: flow.name, isHttp: false }}
          isBusy={false}
          onCreate={(trigger) => {
            put([...triggers, toDefinition(trigger)]);
            setOpen(false);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}

interface TriggerItemProps {
  readonly trigger: FlowTrigger;
  readonly index: number;
  readonly onChange: (trigger: FlowTrigger) => void;
  readonly onRemove: () => void;
}

function TriggerItem({ trigger, index, onChange, onRemove }: TriggerItemProps) {
  const { t } = useTexts('flowEditor');
  const { t: ofTriggers } = useTexts('triggers');
  const { problems } = useEditor();
  const { reason } = useWords();
  const code = kindOf(trigger);
  const kind = code === undefined ? trigger.trigger_type : ofTriggers(`kinds.${code}`);
  const name = trigger.trigger_name ?? kind;
  const broken = problems.filter(({ field }) => field?.startsWith(`triggers[${index}]`));
  return (
    <li>
      <div className="flow-trigger-head">
        <strong>{name}</strong>
        <Switch
          size="small"
          checked={trigger.enabled !== false}
          aria-label={t('triggers.enabled', { name })}
          onChange={(enabled) => onChange({ ...trigger, enabled })}
        />
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          aria-label={t('triggers.remove', { name })}
          onClick={onRemove}
        />
      </div>
      <small>{kind}</small>
      {code !== undefined && <TriggerFacts code={code} data={{ schedule_type: 'Cron', ...trigger.trigger_config }} />}
      {broken.length > 0 && <p className="flow-trigger-problem">{reason(broken)}</p>}
    </li>
  );
}
