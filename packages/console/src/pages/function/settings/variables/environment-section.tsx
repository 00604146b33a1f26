import { useTexts } from '../../../../i18n/index.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import type { SectionProps } from '../section.ts';
import { VariableRows } from './variable-rows.tsx';
import { readVariables, writeVariables } from './variables.ts';
import './variables.css';

/** Plain and encrypted environment variables. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  return (
    <SettingsForm
      {...props}
      section="environment"
      intro={t('variables.intro')}
      read={readVariables}
      write={writeVariables}
    >
      <VariableRows />
    </SettingsForm>
  );
}
