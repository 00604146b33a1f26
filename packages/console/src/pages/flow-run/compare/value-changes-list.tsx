import { useTexts } from '../../../i18n/index.ts';
import { valueChanges } from './value-changes.ts';

interface ValueChangesProps {
  readonly title: string;
  readonly first: unknown;
  readonly second: unknown;
}

const MOST_CHARACTERS = 400;

/** The places at which two values differ, each with both of its values. */
export function ValueChanges({ title, first, second }: ValueChangesProps) {
  const { t } = useTexts('flowRun');
  const changes = valueChanges(first, second);
  return (
    <table className="compare-values">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{t('compare.path')}</th>
          <th scope="col">{t('compare.first')}</th>
          <th scope="col">{t('compare.second')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path}>
            <th scope="row">
              <code>{change.path}</code>
            </th>
            <Side value={change.first} />
            <Side value={change.second} />
          </tr>
        ))}
        {changes.length === 0 && (
          <tr>
            <td colSpan={3}>{t('compare.notShown')}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Side({ value }: { value: unknown }) {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return (
    <td>
      <code>{text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}</code>
    </td>
  );
}
