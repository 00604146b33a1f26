import { useTexts } from '../../../i18n/index.ts';
import { PageHeader } from '../../../parts/page-header.tsx';
import { EnterpriseProjects } from './enterprise-projects.tsx';
import { Projects } from './projects.tsx';

export function Page() {
  const { t } = useTexts('projects');
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <Projects />
      <EnterpriseProjects />
    </>
  );
}
