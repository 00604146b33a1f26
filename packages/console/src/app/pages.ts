import ApartmentOutlined from '@ant-design/icons/es/icons/ApartmentOutlined';
import ApiOutlined from '@ant-design/icons/es/icons/ApiOutlined';
import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined';
import AuditOutlined from '@ant-design/icons/es/icons/AuditOutlined';
import BarChartOutlined from '@ant-design/icons/es/icons/BarChartOutlined';
import BellOutlined from '@ant-design/icons/es/icons/BellOutlined';
import BuildOutlined from '@ant-design/icons/es/icons/BuildOutlined';
import ClusterOutlined from '@ant-design/icons/es/icons/ClusterOutlined';
import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined';
import ContainerOutlined from '@ant-design/icons/es/icons/ContainerOutlined';
import DashboardOutlined from '@ant-design/icons/es/icons/DashboardOutlined';
import DatabaseOutlined from '@ant-design/icons/es/icons/DatabaseOutlined';
import FileTextOutlined from '@ant-design/icons/es/icons/FileTextOutlined';
import FunctionOutlined from '@ant-design/icons/es/icons/FunctionOutlined';
import HddOutlined from '@ant-design/icons/es/icons/HddOutlined';
import HeartOutlined from '@ant-design/icons/es/icons/HeartOutlined';
import KeyOutlined from '@ant-design/icons/es/icons/KeyOutlined';
import NodeIndexOutlined from '@ant-design/icons/es/icons/NodeIndexOutlined';
import NotificationOutlined from '@ant-design/icons/es/icons/NotificationOutlined';
import ProjectOutlined from '@ant-design/icons/es/icons/ProjectOutlined';
import SafetyOutlined from '@ant-design/icons/es/icons/SafetyOutlined';
import SolutionOutlined from '@ant-design/icons/es/icons/SolutionOutlined';
import TeamOutlined from '@ant-design/icons/es/icons/TeamOutlined';
import UnorderedListOutlined from '@ant-design/icons/es/icons/UnorderedListOutlined';
import UserOutlined from '@ant-design/icons/es/icons/UserOutlined';
import { page } from './routes.tsx';

/** All pages, in the order of the navigation. A new page is one folder below `pages/` and one line here. */
export const PAGES = [
  page('/overview', () => import('../pages/overview/overview-page.tsx'), {
    label: 'overview',
    icon: DashboardOutlined,
    key: 'o',
  }),
  page('/functions', () => import('../pages/functions/function-list-page.tsx'), {
    group: 'functions',
    label: 'functionList',
    icon: FunctionOutlined,
    key: 'f',
  }),
  page('/functions/$name', () => import('../pages/function/function-page.tsx')),
  page('/templates', () => import('../pages/templates/template-list-page.tsx'), {
    group: 'functions',
    label: 'templates',
    icon: AppstoreOutlined,
    key: 't',
  }),
  page('/create-function', () => import('../pages/create-function/create-function-page.tsx')),
  page('/dependencies', () => import('../pages/dependencies/dependency-list-page.tsx'), {
    group: 'functions',
    label: 'dependencyList',
    icon: ContainerOutlined,
    key: 'd',
  }),
  page('/dependencies/$dependency', () => import('../pages/dependencies/version-history-page.tsx')),
  page('/flows', () => import('../pages/flows/flow-list-page.tsx'), {
    group: 'functions',
    label: 'flowList',
    icon: NodeIndexOutlined,
    key: 'w',
  }),
  page('/flows/new', () => import('../pages/flow-editor/new-flow-page.tsx')),
  page('/flows/$flow', () => import('../pages/flow-editor/flow-editor-page.tsx')),
  page('/alarms', () => import('../pages/alarms/alarm-list-page.tsx'), {
    group: 'monitoring',
    label: 'alarms',
    icon: BellOutlined,
    key: 'm',
  }),
  page('/logs', () => import('../pages/logs/log-page.tsx'), {
    group: 'monitoring',
    label: 'logs',
    icon: FileTextOutlined,
    key: 'l',
  }),
  page('/gateway', () => import('../pages/gateway/gateway-page.tsx'), {
    group: 'services',
    label: 'gateway',
    icon: ApiOutlined,
    key: 'g',
  }),
  page('/gateway/$group', () => import('../pages/gateway/group-page.tsx')),
  page('/gateway/$group/apis/$api', () => import('../pages/gateway/api-page.tsx')),
  page('/buckets', () => import('../pages/buckets/bucket-list-page.tsx'), {
    group: 'services',
    label: 'buckets',
    icon: DatabaseOutlined,
    key: 'b',
  }),
  page('/buckets/$bucket', () => import('../pages/buckets/bucket-page.tsx')),
  page('/topics', () => import('../pages/topics/topic-list-page.tsx'), {
    group: 'services',
    label: 'topics',
    icon: NotificationOutlined,
    key: 'n',
  }),
  page('/topics/$topic', () => import('../pages/topics/topic-page.tsx')),
  page('/streams', () => import('../pages/streams/stream-list-page.tsx'), {
    group: 'services',
    label: 'streams',
    icon: UnorderedListOutlined,
    key: 's',
  }),
  page('/streams/$stream', () => import('../pages/streams/stream-page.tsx')),
  page('/users', () => import('../pages/identity/users/user-list-page.tsx'), {
    group: 'access',
    label: 'users',
    icon: UserOutlined,
    key: 'u',
  }),
  page('/users/$user', () => import('../pages/identity/users/user-page.tsx')),
  page('/groups', () => import('../pages/identity/groups/group-list-page.tsx'), {
    group: 'access',
    label: 'userGroups',
    icon: TeamOutlined,
  }),
  page('/groups/$group', () => import('../pages/identity/groups/group-page.tsx')),
  page('/flows/$flow/runs', () => import('../pages/flow-run/run-history-page.tsx')),
  page('/policies', () => import('../pages/identity/policies/policy-list-page.tsx'), {
    group: 'access',
    label: 'policies',
    icon: SafetyOutlined,
  }),
  page('/agencies', () => import('../pages/identity/agencies/agency-list-page.tsx'), {
    group: 'access',
    label: 'agencies',
    icon: SolutionOutlined,
    key: 'a',
  }),
  page('/agencies/$agency', () => import('../pages/identity/agencies/agency-page.tsx')),
  page('/access-keys', () => import('../pages/identity/keys/access-key-page.tsx'), {
    group: 'access',
    label: 'accessKeys',
    icon: KeyOutlined,
    key: 'k',
  }),
  page('/projects', () => import('../pages/identity/projects/project-page.tsx'), {
    group: 'access',
    label: 'projects',
    icon: ProjectOutlined,
    key: 'p',
  }),
  page('/audit', () => import('../pages/identity/audit/audit-page.tsx'), {
    group: 'access',
    label: 'audit',
    icon: AuditOutlined,
  }),
  page('/quotas', () => import('../pages/platform/quotas/quota-page.tsx'), {
    group: 'platform',
    label: 'quotas',
    icon: BarChartOutlined,
    key: 'q',
  }),
  page('/runtimes', () => import('../pages/platform/runtimes/runtime-list-page.tsx'), {
    group: 'platform',
    label: 'runtimes',
    icon: CodeOutlined,
    key: 'r',
  }),
  page('/images', () => import('../pages/platform/images/image-list-page.tsx'), {
    group: 'platform',
    label: 'images',
    icon: BuildOutlined,
    key: 'i',
  }),
  page('/networks', () => import('../pages/platform/networks/network-list-page.tsx'), {
    group: 'platform',
    label: 'networks',
    icon: ApartmentOutlined,
  }),
  page('/file-systems', () => import('../pages/platform/file-systems/file-system-list-page.tsx'), {
    group: 'platform',
    label: 'fileSystems',
    icon: HddOutlined,
  }),
  page('/cluster', () => import('../pages/platform/cluster/cluster-page.tsx'), {
    group: 'platform',
    label: 'cluster',
    icon: ClusterOutlined,
  }),
  page('/health', () => import('../pages/platform/health/health-page.tsx'), {
    group: 'platform',
    label: 'health',
    icon: HeartOutlined,
    key: 'h',
  }),
  page('/flows/$flow/logs', () => import('../pages/flow-run/flow-logs-page.tsx')),
  page('/flows/$flow/metrics', () => import('../pages/flow-run/flow-metrics-page.tsx')),
] as const;
