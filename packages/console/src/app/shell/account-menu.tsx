import UserOutlined from '@ant-design/icons/es/icons/UserOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { signOut, useSession } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useNotices } from '../../parts/notices.tsx';

export function AccountMenu() {
  const { t } = useTexts();
  const { user, account } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await navigate({ to: '/sign-in' });
      queries.clear();
    },
    onError: (error) => notices.failure(() => t('account.signOutFailed'), error),
  });
  const items = [
    { key: 'account', type: 'group' as const, label: t('account.label', { name: account }) },
    { key: 'sign-out', label: t('account.signOut'), onClick: () => leaving.mutate() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <Button type="text" icon={<UserOutlined />} className="account">
        <span>{user}</span>
      </Button>
    </Dropdown>
  );
}
