import DownOutlined from '@ant-design/icons/es/icons/DownOutlined';
import { Button, Dropdown } from 'antd';
import { chooseProject, useSession } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';

/** The project that all pages are about, and the others of the user. */
export function ProjectMenu() {
  const { t } = useTexts();
  const { projects, project_id } = useSession();
  const name = (
    <span>
      {t('project')} <b>{projects.find(({ id }) => id === project_id)?.name ?? '–'}</b>
    </span>
  );
  if (projects.length < 2) return name;
  const items = projects.map(({ id, name }) => ({ key: id, label: name, onClick: () => chooseProject(id) }));
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys: [project_id] }} trigger={['click']}>
      <Button type="text" icon={<DownOutlined />} iconPlacement="end">
        {name}
      </Button>
    </Dropdown>
  );
}
